export { addedTo, clientCount, loraOf, updateOf } from './client.ts';
export { type AdaptedModule, type AdapterConfig, adaptedModules, adapterConfig, type Scaling, scaleOf } from './config.ts';
export { type Counts, countsOf, PARAMETRISATIONS, type Parametrisation, sizeOf } from './count.ts';
export {
  type Adapter,
  type AdapterData,
  adaptedLinear,
  type Branch,
  branchedLinear,
  type FactorName,
  type Factors,
  mapAdapter,
} from './factors.ts';
export { type BranchData, type Branches, mapPart } from './flat.ts';
export { branchScales, type ClientModels, type LoraAdapter, loraAdapter, mergedModel } from './models.ts';
export { exportPeft, importPeft, type PeftOptions } from './peft.ts';
export { loadRun, modelHash, type SavedRun, writeRun } from './saved-run.ts';
export { type ColoraStart, coloraStart, loraStart, loraXsStart } from './starts.ts';
export { adapterStep, type StepInputs, type StepPlan, type StepState, stepState } from './step.ts';
export { flatTree, nestedTree, type TensorTree } from './tensor-tree.ts';
export { entriesOf, matrixOf, repeated, sliceOf, stackOf, tensor, tensorOf, weightedSum } from './tensors.ts';
