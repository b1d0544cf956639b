const COMPLEX = 'complex numbers have no ONNX type';
const STRING = 'text has no place in a compiled graph';
const DYNAMIC = 'the shape of its result depends on the numbers';
const RANDOM = 'a graph would have to carry the state of a random generator (draw outside and pass the numbers in)';
const CANVAS = 'it reads or draws pictures of a browser';
const SAMPLING = 'no ONNX operator samples at places given as numbers in its way';
const MORPHOLOGY = 'no ONNX operator does morphology';
const COMPOSED = 'TensorFlow.js itself composes it of other kernels';

/** Why a kernel has no translation, under its name in TensorFlow.js. */
export const refusals: Readonly<Record<string, string>> = {
  Complex: COMPLEX,
  ComplexAbs: COMPLEX,
  FFT: COMPLEX,
  IFFT: COMPLEX,
  Imag: COMPLEX,
  Real: COMPLEX,
  StaticRegexReplace: STRING,
  StringNGrams: STRING,
  StringSplit: STRING,
  StringToHashBucketFast: STRING,
  NonMaxSuppressionV3: DYNAMIC,
  NonMaxSuppressionV4: DYNAMIC,
  NonMaxSuppressionV5: DYNAMIC,
  BroadcastArgs: 'its result is a shape, which must be known when the graph is made',
  RaggedGather: DYNAMIC,
  RaggedRange: DYNAMIC,
  RaggedTensorToTensor: DYNAMIC,
  SparseFillEmptyRows: DYNAMIC,
  SparseReshape: DYNAMIC,
  SparseSegmentMean: DYNAMIC,
  SparseSegmentSum: DYNAMIC,
  Unique: DYNAMIC,
  Multinomial: RANDOM,
  Draw: CANVAS,
  FromPixels: CANVAS,
  CropAndResize: SAMPLING,
  Transform: SAMPLING,
  Dilation2D: MORPHOLOGY,
  Dilation2DBackpropFilter: MORPHOLOGY,
  Dilation2DBackpropInput: MORPHOLOGY,
  MatrixBandPart: COMPOSED,
  Pool: COMPOSED,
  LowerBound: COMPOSED,
  UpperBound: COMPOSED,
};
