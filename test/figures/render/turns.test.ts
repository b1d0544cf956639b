import { describe, expect, it } from 'vitest';
import { Turns } from '../../../src/figures/render/turns.ts';

describe('Turns', () => {
  it('runs tasks one after the other, in the order they came', async () => {
    const turns = new Turns(10_000);
    const log: string[] = [];
    const task = (name: string) => async () => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${name} ends`);
      return name;
    };
    expect(await Promise.all([turns.take(task('a')), turns.take(task('b'))])).toEqual(['a', 'b']);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('passes an error to the one who asked, and goes on', async () => {
    const turns = new Turns(10_000);
    const failed = turns.take(async () => {
      throw new Error('no');
    });
    const next = turns.take(async () => 'yes');
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  it('passes over a task that never ends', async () => {
    const turns = new Turns(5);
    void turns.take(() => new Promise(() => undefined));
    expect(await turns.take(async () => 'later')).toBe('later');
  });
});
