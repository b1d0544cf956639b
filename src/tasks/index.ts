export { type Instance, type PublishedTask, readNaturalInstructions, toNaturalInstructions } from './natural-instructions.ts';
export { ORDER_TASKS, PREDICATE_TASKS, predicateTask } from './predicates.ts';
export { type PromptTask, type TkPromptOptions, tkPrompt } from './prompt.ts';
export { FAMILIES, fileNameOf, findTask, NI_TASKS, TASKS } from './registry.ts';
export { type APrioriSimilarity, aPrioriSimilarity, type SimilarityLevel } from './similarity.ts';
export { drawSkill, type SkillExample, shortPrompt, skillNames, skillWords } from './skills.ts';
export { type Split, type SplitOptions, type SplitSizes, splitExamples, splitTask } from './split.ts';
export type { Example, Family, Task, TaskAttributes } from './task.ts';
