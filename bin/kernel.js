// The fast way into the kernel: plain JavaScript over bundles that are built once for each state of the sources. Starting
// through the TypeScript loader would cost every kernel a few tenths of a second.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const PARTS = ['server', 'evaluator', 'compiler'];
/** A lock older than this belongs to a build that was killed; in milliseconds. */
const STALE_LOCK = 60_000;
/** A build that no kernel was started from for so long is deleted; in milliseconds. */
const UNUSED = 7 * 24 * 3600 * 1000;

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)]));
}

/** Names what the kernel is built from: its sources, and the versions of what goes into the bundles. */
function fingerprint(versions) {
  // The snapshot holds the declarations of Node.js.
  const types = packageVersion(require.resolve('@types/node/package.json'));
  const hash = createHash('sha256').update(`${process.version} ${process.arch} ${JSON.stringify(versions)} ${types} ${root}`);
  for (const file of [...sources(join(root, 'src', 'kernel')), ...sources(join(root, 'src', 'core'))]) {
    hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

function packageVersion(path) {
  return JSON.parse(readFileSync(path, 'utf8')).version;
}

/**
 * The built kernel, building it where it is not there yet.
 * @returns {Promise<import('../src/kernel/server/main.ts').KernelBuild & { server: string }>}
 */
export async function buildKernel() {
  const versions = {
    kernel: packageVersion(join(root, 'package.json')),
    typescript: packageVersion(require.resolve('typescript/package.json')),
  };
  const name = fingerprint(versions);
  let folder = join(root, 'node_modules', '.cache', 'colora-kernel', name);
  if (!existsSync(folder)) {
    try {
      await bundle(folder);
    } catch (error) {
      if (!['EACCES', 'EROFS', 'EPERM'].includes(error.code)) throw error;
      // A checkout that cannot be written to.
      folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'colora-kernel', name);
      if (!existsSync(folder)) await bundle(folder);
    }
  }
  try {
    utimesSync(folder, new Date(), new Date()); // in use
  } catch {
    // Another user's.
  }
  const part = (name) => join(folder, `${name}.cjs`);
  return {
    root,
    versions,
    server: part('server'),
    evaluator: part('evaluator'),
    compiler: part('compiler'),
    snapshot: join(folder, 'compiler.blob'),
  };
}

async function bundle(folder) {
  const cache = dirname(folder);
  const partial = `${folder}.${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
  const { build } = await import('esbuild');
  await Promise.all(
    PARTS.map((name) =>
      build({
        entryPoints: [join(root, 'src', 'kernel', name, 'main.ts')],
        outfile: join(partial, `${name}.cjs`),
        bundle: true,
        platform: 'node',
        target: 'node20',
        // The snapshot builder runs a plain script, without `module`.
        format: name === 'compiler' ? 'iife' : 'cjs',
        external: ['zeromq'],
        logLevel: 'silent',
      }),
    ),
  );
  for (const old of readdirSync(cache)) {
    const path = join(cache, old);
    if (Date.now() - statSync(path).mtimeMs > UNUSED) rmSync(path, { recursive: true, force: true });
  }
  try {
    renameSync(partial, folder);
  } catch {
    rmSync(partial, { recursive: true, force: true }); // another kernel was faster
  }
}

/**
 * Writes the start-up snapshot of the compiler: its heap after TypeScript and its libraries are loaded, parsed and bound.
 * Only saves time: where Node.js cannot make one, the compiler starts from its bundle.
 * @param {{ snapshot: string, compiler: string }} build
 * @returns {Promise<boolean>} whether there is one now
 */
export async function buildSnapshot(build) {
  if (existsSync(build.snapshot)) return true;
  const lock = `${build.snapshot}.lock`;
  if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs > STALE_LOCK) rmSync(lock, { force: true });
  try {
    closeSync(openSync(lock, 'wx'));
  } catch {
    return false; // being built by another kernel, or not to be written here
  }
  const partial = `${build.snapshot}.${process.pid}.partial`;
  const made = await new Promise((resolve) => {
    const options = { env: { ...process.env, COLORA_ROOT: root, NODE_OPTIONS: '' }, cwd: root };
    const command = ['--stack-size=3900', '--snapshot-blob', partial, '--build-snapshot', build.compiler];
    execFile(process.execPath, command, options, (error) => resolve(!error));
  });
  try {
    if (made) renameSync(partial, build.snapshot);
  } finally {
    rmSync(lock, { force: true });
    rmSync(partial, { force: true });
  }
  return made;
}

/** Runs a kernel on a connection file. */
export async function runKernel(connectionFile) {
  try {
    const build = await buildKernel();
    const { startKernel } = require(build.server);
    await startKernel(connectionFile, build);
    // Later kernels start faster; this one is not held up, since the snapshot is made once it has had time to start.
    setTimeout(() => buildSnapshot(build).catch(() => undefined), 3000).unref();
  } catch (error) {
    console.error(error.name === 'UserError' ? error.message : error);
    process.exit(1);
  }
}
