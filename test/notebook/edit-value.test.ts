import { describe, expect, it } from 'vitest';
import { editValue } from '../../src/notebook/edit-value.ts';

describe('editValue', () => {
  it('changes the value of a TypeScript declaration and nothing else', async () => {
    const source = '// rank = 1\nconst rank: number = 8; // of the adapter\nlet a = [1,\n 2], b = 3;\n';
    expect(await editValue(source, 'typescript', 'rank', '2 ** 4')).toBe(source.replace('= 8', '= 2 ** 4'));
    expect(await editValue(source, 'typescript', 'a', '[]')).toBe(source.replace('[1,\n 2]', '[]'));
  });

  it('changes the value of a Python assignment', async () => {
    expect(await editValue('a = 1\nrank: int = 8\nif rank == 8: pass', 'python', 'rank', '9')).toBe(
      'a = 1\nrank: int = 9\nif rank == 8: pass',
    );
  });

  it('names what can be changed', async () => {
    await expect(editValue('const a = 1, b = 2;', 'typescript', 'c', '3')).rejects.toThrow(
      `name must be one the cell gives a value to (a, b), got 'c'`,
    );
  });
});
