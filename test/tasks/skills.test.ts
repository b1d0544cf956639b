import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/index.ts';
import { drawSkill, skillNames, skillWords } from '../../src/tasks/index.ts';

/** What each skill must answer, written apart from its rule; x is the number in the instruction. */
const RULES: Record<string, (list: number[], x: number) => (number | string)[]> = {
  copy: (list) => list,
  reverse: (list) => list.map((_, i) => list[list.length - 1 - i]),
  'sort up': (list) => list.toSorted((a, b) => a - b),
  'sort down': (list) => list.toSorted((a, b) => a - b).toReversed(),
  first: ([first]) => [first],
  last: (list) => list.slice(-1),
  item: (list, x) => [list[x - 1]],
  largest: (list) => list.toSorted((a, b) => b - a).slice(0, 1),
  smallest: (list) => list.toSorted((a, b) => a - b).slice(0, 1),
  count: (list) => [list.length],
  take: (list, x) => list.filter((_, i) => i < x),
  drop: (list, x) => list.filter((_, i) => i >= x),
  unique: (list) => list.filter((y, i) => list.indexOf(y) === i),
  without: (list, x) => list.filter((y) => y !== x),
  'keep above': (list, x) => list.filter((y) => y > x),
  'keep below': (list, x) => list.filter((y) => y < x),
  'keep ones': (list, x) => list.filter((y) => String(y).endsWith(String(x))),
  'remove ones': (list, x) => list.filter((y) => !String(y).endsWith(String(x))),
  'keep tens': (list, x) => list.filter((y) => String(y).padStart(2, '0').startsWith(String(x))),
  'remove tens': (list, x) => list.filter((y) => !String(y).padStart(2, '0').startsWith(String(x))),
  parity: (list) => list.map((y) => (y & 1 ? 'odd' : 'even')),
  'remainder by 3': (list) => list.map((y) => y - 3 * Math.floor(y / 3)),
  'multiple of 5': (list) => list.map((y) => (/[05]$/.test(String(y)) ? 'yes' : 'no')),
  prime: (list) => list.map((y) => (/^1?$|^(11+?)\1+$/.test('1'.repeat(y)) ? 'no' : 'yes')),
  tens: (list) => list.map((y) => Number(String(y).padStart(2, '0')[0])),
  ones: (list) => list.map((y) => Number(String(y).at(-1))),
};

describe('skills', () => {
  it('each has a rule here', () => expect(Object.keys(RULES).sort()).toEqual([...skillNames].sort()));

  it.each(skillNames)('%s is answered by its rule, in known words, from 3 to 8 numbers', (name) => {
    const random = new Random(name);
    const words = new Set([...skillWords(), ...Array.from({ length: 100 }, (_, i) => String(i)), ':', '=']);
    for (let i = 0; i < 100; i++) {
      const { prompt, answer, skill } = drawSkill(random, name);
      expect(skill).toBe(name);
      const [, instruction, numbers] = prompt.match(/^(.*) : (.*) =$/)!;
      const list = numbers.split(' ').map(Number);
      expect(list.length).toBeGreaterThanOrEqual(3);
      expect(list.length).toBeLessThanOrEqual(8);
      const x = Number(instruction.match(/\d+/)?.[0]);
      expect(answer).toBe(RULES[name](list, x).join(' '));
      for (const word of `${prompt} ${answer}`.split(' ')) expect(words).toContain(word);
    }
  });

  it('the mixture draws every skill, and the same from the same seed', () => {
    const [random, again] = [new Random('mixture'), new Random('mixture')];
    const drawn = Array.from({ length: 2000 }, () => drawSkill(random));
    expect(new Set(drawn.map(({ skill }) => skill)).size).toBe(skillNames.length);
    expect(Array.from({ length: 2000 }, () => drawSkill(again))).toEqual(drawn);
  });
});
