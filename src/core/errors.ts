/**
 * An error caused by what the user gave, to be shown as its one sentence without a stack trace.
 * Write messages as `function: argument must …, got … (what to do)`. Source: ours.
 */
export class UserError extends Error {
  override name = 'UserError';
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
