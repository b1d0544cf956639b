export * from './core/index.ts';
export * from './figures/index.ts';
export * from './linalg/index.ts';
export * from './regression/index.ts';
