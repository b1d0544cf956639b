import { UserError } from '../core/index.ts';
import { exactMatch, strictMatch } from './match.ts';
import { rougeL } from './rouge.ts';
import { mean } from './samples.ts';

/** The three scores of a text, or their means, each from 0 to 100. */
export interface TextScores {
  readonly rougeL: number;
  readonly exactMatch: number;
  readonly strictMatch: number;
}

/** Means over a data set, with the scores they are means of. */
export interface DataScores extends TextScores {
  /** In the order of the predictions. */
  readonly instances: readonly TextScores[];
}

/** What a client's model said, and all answers that count as right, instance by instance. */
export interface Answers {
  readonly predictions: readonly string[];
  readonly references: readonly (readonly string[])[];
}

const SCORES = ['rougeL', 'exactMatch', 'strictMatch'] as const;

/**
 * Scores predictions against their references and takes the means.
 *
 * @throws UserError when there is no prediction, their numbers differ, or an instance has no reference
 */
export function scoreTexts({ predictions, references }: Answers): DataScores {
  if (predictions.length !== references.length) {
    throw new UserError(`scoreTexts: references must be as many as the ${predictions.length} predictions, got ${references.length}`);
  }
  checkReferences('scoreTexts', references);
  const instances = predictions.map((prediction, i) => ({
    rougeL: rougeL(prediction, references[i]),
    exactMatch: exactMatch(prediction, references[i]),
    strictMatch: strictMatch(prediction, references[i]),
  }));
  return { ...means(instances), instances };
}

/**
 * Scores of each client, and their macro average: the mean over clients, each counting alike however many instances it has.
 *
 * @param clients answers by the client's name
 * @throws UserError when there is no client, and as `scoreTexts`
 */
export function scoreClients(clients: Readonly<Record<string, Answers>>): { clients: Record<string, DataScores>; macro: TextScores } {
  const scores = Object.fromEntries(Object.entries(clients).map(([name, answers]) => [name, scoreTexts(answers)]));
  if (Object.keys(scores).length === 0) throw new UserError('scoreClients: clients must be one at least, got none');
  return { clients: scores, macro: means(Object.values(scores)) };
}

/**
 * The best mean Rouge-L that any predictions can have: 100 less what the references without a letter or digit, such as `[]`, cost.
 *
 * @throws UserError when there is no instance, or one has no reference
 */
export function rougeLCeiling(references: readonly (readonly string[])[]): number {
  checkReferences('rougeLCeiling', references);
  return mean(references.map((texts) => Math.max(...texts.map((text) => rougeL(text, texts)))));
}

function checkReferences(where: string, references: readonly (readonly string[])[]): void {
  if (references.length === 0) throw new UserError(`${where}: instances must be one at least, got none`);
  const bare = references.findIndex((texts) => texts.length === 0);
  if (bare >= 0) throw new UserError(`${where}: every instance must have a reference, got none for instance ${bare}`);
}

function means(scores: readonly TextScores[]): TextScores {
  const [rougeL, exactMatch, strictMatch] = SCORES.map((name) => mean(scores.map((score) => score[name])));
  return { rougeL, exactMatch, strictMatch };
}
