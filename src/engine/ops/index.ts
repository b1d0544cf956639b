import { binaryKernels } from './binary.ts';
import { convolutionKernels } from './convolution.ts';
import { creationKernels } from './creation.ts';
import { fusedKernels } from './fused.ts';
import { imageKernels } from './image.ts';
import { indexingKernels } from './indexing.ts';
import { layoutKernels } from './layout.ts';
import { poolingKernels } from './pooling.ts';
import { productKernels, softmaxKernels } from './product.ts';
import { reductionKernels } from './reduction.ts';
import { scanKernels } from './scan.ts';
import type { KernelTable } from './translation.ts';
import { unaryKernels } from './unary.ts';

export { refusals } from './refusals.ts';
export type { KernelTable, Translation } from './translation.ts';

/** Every translation, under the kernel's name in TensorFlow.js. */
export const translations: KernelTable = {
  ...unaryKernels,
  ...binaryKernels,
  ...reductionKernels,
  ...layoutKernels,
  ...productKernels,
  ...softmaxKernels,
  ...indexingKernels,
  ...creationKernels,
  ...scanKernels,
  ...convolutionKernels,
  ...poolingKernels,
  ...imageKernels,
  ...fusedKernels,
};
