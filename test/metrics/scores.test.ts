import { describe, expect, it } from 'vitest';
import { exactMatch, rougeLCeiling, scoreClients, scoreTexts, strictMatch } from '../../src/metrics/index.ts';

describe('exactMatch and strictMatch', () => {
  it.each([
    ['[]', '[]', 100, 100],
    [' The  Cat. ', 'the cat', 100, 0],
    ['-2.5', '25', 100, 0],
    ['[1, 2]', '[1 2]', 100, 0],
    ['1 2', '12', 0, 0],
    ['a\nb', 'a b', 100, 0],
    ['[3] ', '[3]', 100, 100],
    ['', '...', 100, 0],
  ])('%j against %j', (prediction, reference, exact, strict) => {
    expect([exactMatch(prediction, [reference]), strictMatch(prediction, [reference])]).toEqual([exact, strict]);
    expect([exactMatch(prediction, ['no', reference]), strictMatch(prediction, ['no', reference])]).toEqual([exact, strict]);
  });
});

describe('scoreTexts', () => {
  it('takes means and keeps the instances', () => {
    const scores = scoreTexts({ predictions: ['[3]', '[]', '-1'], references: [['[3, 3]'], ['[]'], ['1', '-1']] });
    expect(scores.rougeL).toBeCloseTo((200 / 3 + 0 + 100) / 3, 12);
    expect([scores.exactMatch, scores.strictMatch]).toEqual([200 / 3, 200 / 3]);
    expect(scores.instances[1]).toEqual({ rougeL: 0, exactMatch: 100, strictMatch: 100 });
  });

  it('says what is missing', () => {
    expect(() => scoreTexts({ predictions: ['a'], references: [] })).toThrow(
      'scoreTexts: references must be as many as the 1 predictions, got 0',
    );
    expect(() => scoreTexts({ predictions: [], references: [] })).toThrow('scoreTexts: instances must be one at least, got none');
    expect(() => scoreTexts({ predictions: ['a'], references: [[]] })).toThrow('got none for instance 0');
  });
});

describe('scoreClients', () => {
  it('counts every client alike', () => {
    const right = { predictions: ['a'], references: [['a']] };
    const wrong = { predictions: ['a', 'a', 'a'], references: [['b'], ['b'], ['b']] };
    const { clients, macro } = scoreClients({ right, wrong });
    expect(clients.right.rougeL).toBe(100);
    expect(clients.wrong.instances).toHaveLength(3);
    expect(macro).toEqual({ rougeL: 50, exactMatch: 50, strictMatch: 50 });
    expect(() => scoreClients({})).toThrow('scoreClients: clients must be one at least, got none');
  });
});

describe('rougeLCeiling', () => {
  it('is what the references score themselves', () => {
    expect(rougeLCeiling([['[1]'], ['[]'], ['[]', 'none'], ['x']])).toBe(75);
  });
});
