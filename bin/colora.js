#!/usr/bin/env node
// The entry of the command line, in JavaScript that any Node can parse, so that an old one gets a sentence and not a stack.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 12)) {
  console.error(`colora: Node.js must be 20.12 or newer, got ${process.versions.node} (install a newer one from https://nodejs.org)`);
  process.exit(1);
}

const [command, action, option, connectionFile, ...rest] = process.argv.slice(2);
if (command === 'kernel' && action === 'start' && option === '--connection-file' && connectionFile !== undefined && rest.length === 0) {
  // What front ends call must be up within a second and so goes around tsx and the command line.
  const { runKernel } = await import('./kernel.js');
  await runKernel(connectionFile);
} else {
  const { register } = await import('tsx/esm/api');
  register();
  const { main } = await import('../src/cli/main.ts');
  process.exitCode = await main(process.argv.slice(2));
}
