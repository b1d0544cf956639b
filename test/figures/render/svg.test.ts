import { describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../src/core/index.ts';
import { figure } from '../../../src/figures/index.ts';
import { drawSvg } from '../../../src/figures/render/svg.ts';

const good = figure({ data: [{ y: [1, 2] }] }).toJSON();
const wrong = figure({ data: [{ y: [1], mode: 'linez' as never }] }).toJSON();

describe('drawSvg', () => {
  // Has to come first: what stands still is the first loading of the font's subsetter.
  it('passes over a drawing that was broken off', async () => {
    const instantiate = vi.spyOn(WebAssembly, 'instantiate').mockImplementation(() => new Promise(() => undefined));
    void drawSvg(good);
    await vi.waitUntil(() => instantiate.mock.calls.length > 0, { timeout: 20_000 });
    instantiate.mockRestore();
    const { svg } = await drawSvg(good);
    expect(svg).toContain('@font-face');
    const began = performance.now();
    expect((await drawSvg(good)).svg).toBe(svg);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('passes an error to the one who asked, and goes on', async () => {
    const [failed, drawn] = await Promise.allSettled([drawSvg(wrong), drawSvg(good)]);
    expect(failed).toMatchObject({ status: 'rejected', reason: expect.any(UserError) });
    expect(drawn).toEqual({ status: 'fulfilled', value: await drawSvg(good) });
  });

  it('draws in the order asked for', async () => {
    const order: number[] = [];
    await Promise.all([0, 1, 2].map((i) => drawSvg(good).then(() => order.push(i))));
    expect(order).toEqual([0, 1, 2]);
  });
});
