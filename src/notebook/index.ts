export { type Content, type ExecuteOptions, type KernelClient, type RequestOptions, type StartOptions, startKernel } from './client.ts';
export { CellError, CellTimeoutError, DeadKernelError, InterruptedError, type KernelExit, NotebookTimeoutError } from './errors.ts';
export {
  type Cell,
  type CodeCell,
  codeCells,
  type DisplayOutput,
  type ErrorOutput,
  hasTag,
  type Notebook,
  type Output,
  type StreamOutput,
  type TextCell,
} from './format.ts';
export {
  findKernelspec,
  jupyterDataFolders,
  type Kernelspec,
  listKernelspecs,
  OWN_KERNEL,
  ownKernelspec,
  readKernelspec,
} from './kernelspecs.ts';
export { formatNotebook, parseNotebook, readNotebook, writeNotebook } from './notebook-file.ts';
export { parameterNames } from './parameters.ts';
export type { RunEvent } from './run-events.ts';
export { type PreparedRun, prepareRun, type RunOptions, runNotebook, runPrepared } from './runner.ts';
export { STEPPER_HELP, type StepperTerminal, stepNotebook } from './stepper.ts';
export { type Diagnostic, describeDiagnostic, TypeCheckError } from './type-check.ts';
