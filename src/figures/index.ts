export { Figure, figure } from './figure.ts';
export type { Claim, FigureRecord, Provenance, Verdict } from './record.ts';
export { readFigures, writeReport } from './report/report.ts';
export type { SavedFigure, SaveOptions } from './save.ts';
export { saveFigure } from './save.ts';
export type { FigureInput, FigureSpec, Trace } from './spec.ts';
export { COLORS } from './template.ts';
