import type { CompilerProcess } from './compiler-process.ts';

type Content = Record<string, unknown>;

/** Answers the requests about code that is not run: completion, inspection, completeness, checking. */
export async function assist(compiler: CompilerProcess, type: string, content: Content): Promise<Content> {
  if (type === 'check_request') {
    const cells = Array.isArray(content.cells) ? content.cells.map(String) : [];
    const found = await compiler.call('check', cells);
    return { status: 'ok', diagnostics: found.flatMap((diagnostics, cell) => diagnostics.map((diagnostic) => ({ cell, ...diagnostic }))) };
  }
  const code = String(content.code ?? '');
  if (type === 'is_complete_request') return { ...(await compiler.call('isComplete', code)) };
  const points = typeof content.cursor_pos === 'number' ? content.cursor_pos : [...code].length;
  const cursor = utf16Offset(code, points);
  if (type === 'complete_request') {
    const { matches, start, end } = await compiler.call('complete', code, cursor);
    const [cursor_start, cursor_end] = [codePoints(code, start), codePoints(code, end)];
    const types = matches.map(({ text, type: kind }) => ({ text, type: kind, start: cursor_start, end: cursor_end }));
    return {
      status: 'ok',
      matches: matches.map(({ text }) => text),
      cursor_start,
      cursor_end,
      metadata: { _jupyter_types_experimental: types },
    };
  }
  const info = await compiler.call('inspect', code, cursor);
  if (!info) return { status: 'ok', found: false, data: {}, metadata: {} };
  const { signature, documentation } = info;
  return {
    status: 'ok',
    found: true,
    data: {
      'text/plain': documentation ? `${signature}\n\n${documentation}` : signature,
      'text/markdown': `\`\`\`typescript\n${signature}\n\`\`\`\n\n${documentation}`,
    },
    metadata: {},
  };
}

/** Jupyter counts code points, JavaScript UTF-16 units. */
function utf16Offset(text: string, points: number): number {
  let offset = 0;
  for (let i = 0; i < points && offset < text.length; i++) offset += (text.codePointAt(offset) as number) > 0xffff ? 2 : 1;
  return offset;
}

function codePoints(text: string, offset: number): number {
  return [...text.slice(0, offset)].length;
}
