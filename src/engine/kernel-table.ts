import { refusals, translations } from './ops/index.ts';
import { kernelNames } from './trace/index.ts';

/** Every kernel of TensorFlow.js and what becomes of it, as the Markdown table of this folder's README. */
export function kernelTable(): string {
  const rows = kernelNames().map((name) => {
    const translation = translations[name];
    if (translation !== undefined) return `| ${name} | ${translation.how} | ${translation.onnx} |`;
    return `| ${name} | refused | ${refusals[name] ?? 'not written yet'} |`;
  });
  return ['| kernel | | ONNX operators, or the reason |', '|---|---|---|', ...rows].join('\n');
}
