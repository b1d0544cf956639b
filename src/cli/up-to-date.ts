import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileSafely } from '../core/index.ts';
import { codeCells, readNotebook } from '../notebook/index.ts';

/** A notebook to be run, and the files its outputs depend on besides the code and the base model. */
export interface Reproducible {
  name: string;
  reads?: readonly string[];
}

/** What a notebook was run from, and the files that came of it. */
interface Kept {
  from: string;
  made: Record<string, string>;
}

/** All notebooks share these: the code, the packages it stands on, and the model it adapts. */
const SHARED = ['src', 'package-lock.json', 'data/base-model'];
/** Where a notebook's run leaves files besides the notebook itself. */
const MADE = ['figures', 'data/tables'];
const FILE = '.cache/up-to-date.json';

/**
 * Tells which notebooks need not be run again, as `make` does, but by content: the code cells, `src`, the packages, the base model, the
 * profile and Node.js are those of the last run, and what came of it lies there unchanged. Source: ours.
 */
export class UpToDate {
  readonly #root: string;
  readonly #profile: string;
  readonly #shared: string;

  /** @param root of the repository */
  constructor(root: string, profile: string) {
    this.#root = root;
    this.#profile = profile;
    this.#shared = this.#hashOf(SHARED);
  }

  has(notebook: Reproducible): boolean {
    const kept = this.#read()[notebook.name];
    return kept?.from === this.#from(notebook) && Object.entries(kept.made).every(([file, hash]) => this.#hashOf([file]) === hash);
  }

  /** Keeps that a notebook has just been run. @param began when, in milliseconds since 1970 */
  keep(notebook: Reproducible, began: number): void {
    const made = MADE.flatMap((folder) => this.#filesOf(folder)).filter((file) => statSync(join(this.#root, file)).mtimeMs >= began);
    const files = [`notebooks/${notebook.name}.ipynb`, ...made.filter((file) => file !== 'figures/index.html')];
    const kept = { from: this.#from(notebook), made: Object.fromEntries(files.map((file) => [file, this.#hashOf([file])])) };
    writeFileSafely(join(this.#root, FILE), `${JSON.stringify({ ...this.#read(), [notebook.name]: kept }, null, 1)}\n`);
  }

  #from({ name, reads = [] }: Reproducible): string {
    const cells = codeCells(readNotebook(join(this.#root, 'notebooks', `${name}.ipynb`))).map(({ source }) => source);
    const text = JSON.stringify([this.#shared, this.#profile, process.versions.node, this.#hashOf(reads), cells]);
    return createHash('sha256').update(text).digest('hex');
  }

  /** Of the names and contents of files, and of all files below folders; what is not there counts as empty. */
  #hashOf(paths: readonly string[]): string {
    const hash = createHash('sha256');
    for (const file of paths.flatMap((path) => this.#filesOf(path))) hash.update(`${file}\0`).update(readFileSync(join(this.#root, file)));
    return hash.digest('hex').slice(0, 16);
  }

  #filesOf(path: string): string[] {
    const full = join(this.#root, path);
    if (!existsSync(full)) return [];
    if (!statSync(full).isDirectory()) return [path];
    return readdirSync(full)
      .sort()
      .flatMap((name) => this.#filesOf(`${path}/${name}`));
  }

  #read(): Record<string, Kept | undefined> {
    const file = join(this.#root, FILE);
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch {
      return {}; // none yet, or damaged: then everything is run
    }
  }
}
