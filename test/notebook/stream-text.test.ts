import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamText } from '../../src/notebook/stream-text.ts';

function shown(...writes: string[]): string {
  const text = new StreamText();
  for (const write of writes) text.append(write);
  return text.toString();
}

describe('StreamText', () => {
  it.each([
    [['a', 'b\n', 'c'], 'ab\nc'],
    [['10 %', '\r20 %'], '20 %'],
    [['hello\rby'], 'byllo'],
    [['a\nhello\r', 'by\nz'], 'a\nbyllo\nz'],
    [['a\r\nb\r', '\nc'], 'a\nb\nc'],
    [['end\r'], 'end'],
    [['abc\b\bx'], 'ax'],
    [['a\n\bb'], 'a\nb'],
    [['1\b', '2\b', '3'], '3'],
    [['\x1b[31mlong text\x1b[39m\rok'], 'ok'],
    [['plain\r\x1b[31mx\x1b[39m'], '\x1b[31mx\x1b[39m'],
  ])('%j shows %j', (writes, text) => {
    expect(shown(...writes)).toBe(text);
  });

  it('shows the same however the text is cut into writes', () => {
    const character = fc.constantFrom('a', 'b', '\n', '\r', '\b', '\x1b[0m');
    fc.assert(
      fc.property(fc.array(fc.array(character).map((letters) => letters.join(''))), (writes) => {
        expect(shown(...writes)).toBe(shown(writes.join('')));
      }),
    );
  });

  it('forgets what a long-lived progress bar overwrote, not where it stands', () => {
    const writes = Array.from({ length: 5000 }, (_, index) => `\rstep ${index}`);
    expect(shown('a long line to begin with, longer than what follows', ...writes, '!')).toBe(
      'step 4999!e to begin with, longer than what follows',
    );
  });
});
