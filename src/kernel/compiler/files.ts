import { statSync } from 'node:fs';
import ts from 'typescript';

/** Files on disk as the compiler sees them: text and a version. What lies in node_modules is taken not to change. */
export class DiskFiles {
  readonly #versions = new Map<string, string>();
  readonly #texts = new Map<string, { version: string; snapshot: ts.IScriptSnapshot }>();
  readonly #exists = new Map<string, boolean>();

  /** Version of a file as last looked at; undefined when it does not exist. */
  version(path: string): string | undefined {
    const known = this.#versions.get(path);
    if (known !== undefined) return known;
    const version = isInstalled(path) ? '1' : versionOnDisk(path);
    if (version !== undefined) this.#versions.set(path, version);
    return version;
  }

  snapshot(path: string): ts.IScriptSnapshot | undefined {
    const version = this.version(path);
    const known = this.#texts.get(path);
    if (known && known.version === version) return known.snapshot;
    const text = ts.sys.readFile(path);
    if (text === undefined || version === undefined) return undefined;
    const snapshot = ts.ScriptSnapshot.fromString(text);
    this.#texts.set(path, { version, snapshot });
    return snapshot;
  }

  text(path: string): string | undefined {
    const snapshot = this.snapshot(path);
    return snapshot?.getText(0, snapshot.getLength());
  }

  /** Existence of a file, remembered for installed packages. */
  exists(path: string): boolean {
    if (!isInstalled(path)) return ts.sys.fileExists(path);
    let exists = this.#exists.get(path);
    if (exists === undefined) {
      exists = ts.sys.fileExists(path);
      if (exists) this.#exists.set(path, exists);
    }
    return exists;
  }

  /** Looks at the given files again and returns those that changed or went. */
  changed(paths: Iterable<string>): string[] {
    const changed: string[] = [];
    for (const path of paths) {
      if (isInstalled(path)) continue;
      const version = versionOnDisk(path);
      if (version === this.#versions.get(path)) continue;
      changed.push(path);
      if (version === undefined) this.#versions.delete(path);
      else this.#versions.set(path, version);
    }
    return changed;
  }
}

/** Whether a file belongs to an installed package rather than to the user's project. */
export function isInstalled(path: string): boolean {
  return path.includes('/node_modules/') || path.includes('\\node_modules\\');
}

function versionOnDisk(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? `${stat.mtimeMs}-${stat.size}` : undefined;
}
