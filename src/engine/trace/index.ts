export { BACKEND } from './backend.ts';
export { isTracing, kernelNames } from './kernels.ts';
export { inputName, type Trace, trace } from './trace.ts';
