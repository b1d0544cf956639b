import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';

let bundle: string | undefined;

/** Text as gzip in base64: for a page that unpacks it with the browser's own DecompressionStream. */
export function packed(text: string): string {
  return gzipSync(text, { level: 9 }).toString('base64');
}

/** Plotly, minified and packed: about 2 MB, made in a second or two and then kept. */
export function plotlyBundle(): string {
  if (!bundle) {
    const require = createRequire(import.meta.url);
    const { transformSync } = require('esbuild') as typeof import('esbuild');
    const source = readFileSync(require.resolve('plotly.js-dist'), 'utf8');
    // The synchronous form runs a program that ends with the call; the other would leave one waiting beside this process.
    const { code } = transformSync(source, { minify: true, charset: 'utf8', legalComments: 'inline' });
    const notice = source.slice(0, source.indexOf('*/') + 2);
    bundle = packed(`${notice}\n${code}`);
  }
  return bundle;
}
