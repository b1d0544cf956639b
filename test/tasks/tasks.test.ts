import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/index.ts';
import { aPrioriSimilarity, FAMILIES, findTask, NI_TASKS, predicateTask, TASKS } from '../../src/tasks/index.ts';

describe('tasks', () => {
  it('have ids, names and definitions of their own', () => {
    for (const key of ['id', 'name', 'definition'] as const) {
      const values = TASKS.map((task) => task[key]);
      expect(values.filter((value, i) => value === '' || values.indexOf(value) !== i)).toEqual([]);
    }
  });

  it('cover the specified tasks of Natural Instructions', () => {
    const ids = NI_TASKS.map(({ id }) => id).toSorted((a, b) => Number(a) - Number(b));
    expect(ids.join(' ')).toBe(
      '063 064 078 091 096 097 098 099 113 124 125 157 205 206 207 208 365 366 367 368 369 370 371 372 373 374 376 377 378 488 497 499 504 505 636 637 850 851 852 1444 1445 1446',
    );
    expect([...new Set(TASKS.map(({ family }) => family))].toSorted()).toEqual(Object.keys(FAMILIES).toSorted());
  });

  it.each(TASKS)('$id: positive examples follow the rule', (task) => {
    expect(task.positiveExamples.length).toBeGreaterThanOrEqual(2);
    for (const { input, output } of task.positiveExamples) expect([input, task.rule(input)]).toEqual([input, output]);
  });

  it.each(TASKS)('$id: examples depend on the seed alone and are answered by the rule', (task) => {
    const draw = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 20 }, () => task.generate(random));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    for (const { input, output } of draw(1)) expect(task.rule(input)).toBe(output);
  });

  it.each([
    ['205', '[0, 7, 200, 7, -3]', '[7, 7, -3]'],
    ['366', '[1, 2, 4, 997, 999]', '[2, 997]'],
    ['367', '[0.0, 0, -3, 2.5]', '[0, -3]'],
    ['372', '[-5, -1000, -99, 101]', '[-5, -99, 101]'],
    ['368', '[-2, 0, 3]', '[-0.5, 0.0, 14]'],
    ['373', '[455, 905, -455, -5, 5, 15]', '[460, 900, -460, 0, 0, 20]'],
    ['1444', '[2, 3, 6, 95, 96, 97, 4995]', '[2, 4, 8, 64, 128, 128, 4096]'],
    ['374', '[0, -1]', '[0, 3]'],
    ['852', '[[2, 4], [3, -5, 2], [0, 1]]', '[0, -15, 1]'],
    ['371', '[[0, -5], [-50, -50, -50, -50, -50]]', '[0, -312500000]'],
    ['1445', '[5, 5, -100]', '0'],
    ['125', '[3, -5, 4]', '[8, 9]'],
    ['124', '[1, 2, -2]', '[1.5, 0.0]'],
    ['098', '[10, 2, 2] , [2, 9, 10]', '[2, 10]'],
    ['064', "2, ['a', '3', 'B']", 'B'],
    ['091', "2, 2, ['a', '3', 'B']", '3'],
    ['488', "['3', '5']", ''],
    ['505', "['a', '3', 'B', '9']", '2'],
    ['637', "['a', '31', 'b', '13', '907']", '0, 1, 3, 7, 9'],
    ['637', "['a', 'b']", '-1'],
    ['850', 'abcde', 'a'],
    ['850', 'abbacddc', 'abba'],
    ['850', 'xabcba', 'abcba'],
    ['365', 'AEIOUy', 'y'],
    ['376', 'Sentence: a  b c', 'c b  a'],
    ['378', "Sentence: 'two cats  ran off'. Reverse all words of length '3' in the given sentence.", 'owt cats nar ffo'],
    ['113', "Sentence: 'it's 'ok' now'. Find frequency of the letter 'o'", '2'],
    ['157', "Sentence: 'a try, 9-to-5'. Count the number of consonants in the given sentence.", '4'],
    ['rm.l5', '14 15 9 40', '15 9'],
    ['kp.l5', '14 15 9 40', '14 40'],
    ['zr.l5', '14 15 9 40', '0 15 9 0'],
    ['rm.s9', '80 81 8 17', '81'],
    ['rm.s9', '90 18 72', '90 18 72'],
    ['rm.x2', '0 3 14 15', '3 15'],
    ['rm.x6', '0 6 13 96 99', '13 99'],
    ['kp.odd', '0 3 14 15', '3 15'],
    ['rotate', '1 2 3', '2 3 1'],
    ['swap', '1 2 3 4', '4 2 3 1'],
    ['second', '1 2 3', '2'],
    ['minmax', '20 3 7', '3 20'],
    ['dupfirst', '20 3', '20 20 3'],
  ])('%s: %s → %s', (id, input, output) => {
    expect(findTask(id).rule(input)).toBe(output);
  });

  it.each([
    ['205', '1, 2', "task 205: input must be numbers like [1, -2], got '1, 2'"],
    ['207', '[[1], []]', "task 207: input must be lists of numbers like [[1, -2], [3, 4]], got '[[1], []]'"],
    [
      '091',
      "3, 2, ['a', 'b', 'c']",
      "task 091: input must be two places and a list like 1, 2, ['a', '12', 'b'], got '3, 2, ['a', 'b', 'c']'",
    ],
    ['063', "4, ['a', 'b', 'c']", "task 063: input must be a place and a list like 2, ['a', '12', 'b'], got '4, ['a', 'b', 'c']'"],
    ['365', '', "task 365: input must be letters like abba, got ''"],
    ['rm.l5', '3 140', "task rm.l5: input must be numbers like 3 14 15 (two or more from 0 to 99, separated by spaces), got '3 140'"],
  ])('%s refuses %s', (id, input, message) => {
    expect(() => findTask(id).rule(input)).toThrow(message);
  });

  it.each(TASKS.filter(({ family }) => family === 'P'))('$id: something is kept and something is not', (task) => {
    const [remove, keep] = ['rm', 'kp'].map((operation) => predicateTask(task.id.replace(/^\w+/, operation)));
    const random = new Random(3);
    for (let i = 0; i < 50; i++) {
      const { input, output } = task.generate(random);
      const numbers = input.split(' ').map(Number);
      expect(numbers.length).toBeGreaterThanOrEqual(4);
      expect(numbers.length).toBeLessThanOrEqual(7);
      expect(numbers.every((value) => Number.isInteger(value) && value >= 0 && value < 100)).toBe(true);
      expect(output).not.toBe('');
      const sides = [remove, keep].map((side) => side.rule(input).split(' ').filter(Boolean).length);
      expect(sides[0] * sides[1]).toBeGreaterThan(0);
      expect(sides[0] + sides[1]).toBe(numbers.length);
    }
  });
});

describe('findTask', () => {
  it.each(['205', 'task205', 'remove_even_elements', 'TASK205_remove_even_elements'])('finds %s', (wanted) => {
    expect(findTask(wanted).id).toBe('205');
  });

  it('finds numbers without zeros and predicates that are not listed', () => {
    expect(findTask('97').id).toBe('097');
    expect(findTask('kp.x13').rule('13 26 40')).toBe('13 26');
  });

  it('names the nearest tasks', () => {
    expect(() => findTask('remove_even_element')).toThrow(/got 'remove_even_element' \(nearest: 205 \(remove_even_elements\), /);
    expect(() => findTask('rm.l0')).toThrow(/nearest: rm\.l2 /);
  });

  it.each(['rm.l10', 'rm.l05', 'rm.x1', 'rm.', 'rm', 'xx.l5', 'rm.l5.l5', 'rm.even'])('predicateTask refuses %s', (id) => {
    expect(() => predicateTask(id)).toThrow(`predicateTask: id must be like rm.l1…rm.l9`);
  });
});

describe('aPrioriSimilarity', () => {
  it.each([
    ['similar', ['369', '370', '366']],
    ['medium', ['206', '851', '097']],
    ['dissimilar', ['376', '850', '113']],
  ])('%s to 205', (level, ids) => {
    const evens = findTask('205');
    expect(ids.map((id) => aPrioriSimilarity(evens, findTask(id)).level)).toEqual(ids.map(() => level));
  });

  it('is a symmetric number, 1 for a task itself and for its complement', () => {
    for (const a of TASKS) {
      expect(aPrioriSimilarity(a, a).value).toBe(1);
      for (const b of TASKS) expect(aPrioriSimilarity(a, b)).toEqual(aPrioriSimilarity(b, a));
    }
    const value = (a: string, b: string) => aPrioriSimilarity(findTask(a), findTask(b)).value;
    expect(value('205', '369')).toBe(1);
    expect(value('205', '370')).toBe(0.85);
    expect(value('205', '376')).toBe(0);
    expect(value('rm.l5', 'rm.l4')).toBeGreaterThan(value('rm.l5', 'rm.s9'));
    expect(value('rm.l5', 'rm.s9')).toBeGreaterThan(value('rm.l5', 'rotate'));
  });
});
