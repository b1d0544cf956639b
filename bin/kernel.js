// The fast way into the kernel: plain JavaScript over bundles that are built once for each state of the sources. Starting
// through the TypeScript loader would cost every kernel a few tenths of a second.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const PARTS = ['server', 'evaluator', 'compiler'];
/** A lock older than this belongs to a build that was killed. */
const STALE_LOCK = 60_000;

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
  const cache = join(root, 'node_modules', '.cache', 'colora-kernel');
  const folder = join(cache, fingerprint(versions));
  if (!existsSync(folder)) await bundle(cache, folder);
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

async function bundle(cache, folder) {
  const { build } = await import('esbuild');
  const partial = `${folder}.${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
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
  for (const old of existsSync(cache) ? readdirSync(cache) : []) {
    const path = join(cache, old);
    if (path !== partial && Date.now() - statSync(path).mtimeMs > STALE_LOCK) rmSync(path, { recursive: true, force: true });
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
    openSync(lock, 'wx');
  } catch {
    return false; // being built by another kernel
  }
  const partial = `${build.snapshot}.partial`;
  const made = await new Promise((resolve) => {
    const options = { env: { ...process.env, COLORA_ROOT: root, NODE_OPTIONS: '' }, cwd: root };
    execFile(process.execPath, ['--snapshot-blob', partial, '--build-snapshot', build.compiler], options, (error) => resolve(!error));
  });
  if (made) renameSync(partial, build.snapshot);
  rmSync(lock, { force: true });
  return made;
}

/** Runs a kernel on a connection file. */
export async function runKernel(connectionFile) {
  const build = await buildKernel();
  const { startKernel } = require(build.server);
  try {
    await startKernel(connectionFile, build);
  } catch (error) {
    console.error(error.name === 'UserError' ? error.message : error);
    process.exit(1);
  }
  // Later kernels start faster; this one is not held up, since the snapshot is made once it has had time to start.
  setTimeout(() => void buildSnapshot(build), 3000).unref();
}
