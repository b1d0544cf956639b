export { addedTo, clientCount, loraOf, mergedWeights, updateOf } from './client.ts';
export { type AdaptedModule, type AdapterConfig, adaptedModules, adapterConfig, type Scaling, scaleOf } from './config.ts';
export { type Counts, countsOf, PARAMETRISATIONS, type Parametrisation, sizeOf } from './count.ts';
export { type Adapter, type AdapterData, adaptedLinear, type Branch, type FactorName, type Factors, mapAdapter } from './factors.ts';
export type { BranchData, Branches } from './flat.ts';
export { type ColoraStart, coloraStart, loraStart, loraXsStart } from './starts.ts';
export { adapterStep, type StepInputs, type StepPlan, type StepState, stepState } from './step.ts';
export { entriesOf, repeated, sliceOf, stackOf, tensor, weightedSum } from './tensors.ts';
