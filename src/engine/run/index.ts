export { checkDevice, type Device, devices } from './device.ts';
export { type GemmOptions, gemm, gemmSync, gemv } from './gemm.ts';
export { ortTensor, Program, type ProgramOptions } from './program.ts';
