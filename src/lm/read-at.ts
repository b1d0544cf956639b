import { type FileHandle, open } from 'node:fs/promises';
import { messageOf, UserError } from '../core/index.ts';

/** The most bytes one read asks for. */
const PIECE = 2 ** 24;

/** A file that is read in places. */
export interface OpenFile {
  size: number;
  /** Fills the array from a place in the file. */
  read(into: Uint8Array, position: number): Promise<void>;
}

/**
 * Opens a file, hands it to a function and closes it.
 *
 * @param where who reads, for messages
 * @throws UserError when there is no such file, or it ends while it is read
 */
export async function withFile<T>(where: string, path: string, use: (file: OpenFile) => Promise<T>): Promise<T> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (thrown) {
    throw new UserError(`${where}: ${path} must be a file that can be read, got: ${messageOf(thrown)}`, { cause: thrown });
  }
  try {
    const { size } = await handle.stat();
    return await use({ size, read: (into, position) => readAt(handle, into, position, () => `${where}: ${path} ended while it was read`) });
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, into: Uint8Array, position: number, ended: () => string): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await handle.read(into, done, Math.min(PIECE, into.length - done), position + done);
    if (bytesRead === 0) throw new UserError(ended());
    done += bytesRead;
  }
}
