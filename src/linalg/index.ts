export { cholesky, choleskySolve } from './cholesky.ts';
export { type ConjugateGradients, type ConjugateGradientsOptions, conjugateGradients } from './conjugate-gradients.ts';
export { addGram, gemm, type Strided } from './gemm.ts';
export { type LeastSquares, lstsq, solveGram } from './lstsq.ts';
export { addScaled, checkFinite, frobeniusNorm, leadingColumns, Matrix, scale, transpose } from './matrix.ts';
export { kronecker, matmul, matmulNT, matmulTN } from './product.ts';
export { qr } from './qr.ts';
export { orth, spectralNorm, svd, symmetricEigen } from './spectral.ts';
export { columnSubspaceSimilarity, principalAngles, subspaceDistance, subspaceSimilarity } from './subspace.ts';
