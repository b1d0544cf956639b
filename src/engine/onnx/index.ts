export { type ModelParts, nameOf, writeModel } from './model.ts';
