import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/index.ts';
import { figure } from '../../src/figures/index.ts';
import { toPlain } from '../../src/figures/spec.ts';

describe('toPlain', () => {
  it('makes JSON of typed arrays, dates, big integers and gaps', () => {
    const value = {
      a: Float32Array.of(1, Number.NaN, 2),
      b: [Infinity, -Infinity, 1],
      c: new Date(0),
      d: BigInt64Array.of(3n),
      e: undefined,
    };
    expect(toPlain(value as unknown, 'x')).toEqual({ a: [1, null, 2], b: [null, null, 1], c: '1970-01-01T00:00:00.000Z', d: [3] });
  });

  it('takes the objects of another realm, where a notebook may run', () => {
    const foreign = runInNewContext('({ y: [1, new Date(0)], z: new Float64Array([1, 2]) })');
    expect(toPlain(foreign, 'x')).toEqual({ y: [1, '1970-01-01T00:00:00.000Z'], z: [1, 2] });
  });

  it('keeps holes and undefined as gaps in arrays', () => {
    // biome-ignore lint/suspicious/noSparseArray: that is what is tested
    expect(toPlain([1, , undefined], 'x')).toEqual([1, null, null]);
  });

  it('names the place of what cannot be drawn', () => {
    expect(() => toPlain({ y: [1, new Map()] }, 'data[0]')).toThrow(
      new UserError(
        'figure: data[0].y[1] must be made of arrays, numbers, text, dates and plain objects, got a value of class Map (pass its values)',
      ),
    );
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(() => toPlain(loop, 'layout')).toThrow(new UserError('figure: layout.self must not contain itself'));
  });
});

describe('figure', () => {
  it.each([
    [undefined, 'figure: argument must be an object { data, layout, config }, got undefined'],
    [{ data: { x: [1] } }, 'figure: data must be an array of traces, got an object'],
    [{ data: ['line'] }, "figure: data[0] must be a trace such as { type: 'scatter', x, y }, got 'line'"],
    [{ data: [], layout: 'wide' }, "figure: layout must be an object, got 'wide'"],
    [{ data: [], layuot: {} }, "figure: option must be one of data, layout, config, got 'layuot' (remove or rename it)"],
  ])('rejects %j', (input, message) => {
    expect(() => figure(input as never)).toThrow(new UserError(message));
  });

  it('rejects trace types it cannot draw, and says which it can', () => {
    const type = (name: string) => () => figure({ data: [{ y: [1] }, { type: name } as never] });
    expect(type('scater')).toThrow(/^figure: data\[1\]\.type must be one of bar, .*scatter, .*, got 'scater'/);
    expect(type('surface')).toThrow(/got 'surface' \(what needs WebGL/);
  });

  it('keeps a copy: later changes to the data do not reach it', () => {
    const y = [1, 2];
    const drawn = figure({ data: [{ y }] });
    y.push(3);
    (drawn.toJSON().data[0] as { y: number[] }).y.push(4);
    expect(drawn.toJSON().data[0]).toEqual({ y: [1, 2] });
  });

  it('wears the house template unless told otherwise', () => {
    expect(figure({ data: [] }).toJSON().layout).toMatchObject({
      width: 720,
      height: 440,
      template: { layout: { paper_bgcolor: '#ffffff' } },
    });
    expect(figure({ data: [], layout: { width: 300, template: {} } }).toJSON().layout).toEqual({ width: 300, height: 440, template: {} });
  });
});
