import { describe, expect, it } from 'vitest';
import { goalsOf } from './result/goals.mjs';
import { addedTo, shareOf } from './stats.mjs';
import { synthesize } from './synthetic.js';

const rounds = Array.from({ length: 20 }, (_, i) => i);
// A drift far larger than what is looked for, and the same for all of a round.
const bare = rounds.map((i) => 80 + 20 * Math.sin(i));

describe('a difference of paired rounds', () => {
  it('is not touched by what a round has in common', () => {
    const added = addedTo(
      bare,
      bare.map((micros) => micros + 3),
    );
    for (const figure of [added.value, added.low, added.high]) expect(figure).toBeCloseTo(3, 9);
  });

  it('has an interval that holds it and shrinks with more rounds', () => {
    const noisy = (count: number) =>
      Array.from({ length: count }, (_, i) => 80 + ((i * 7919) % 11) / 2);
    const width = (count: number) => {
      const { value, low, high } = addedTo(Array(count).fill(70), noisy(count));
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
      return high - low;
    };
    expect(width(400)).toBeLessThan(width(8));
  });

  it('is the same from the same samples, whenever it is computed', () => {
    const [tenth, whole] = [2, 20].map((micros) => bare.map((one, i) => one + micros + (i % 3)));
    expect(shareOf(bare, tenth ?? [], whole ?? [])).toEqual(
      shareOf(bare, tenth ?? [], whole ?? []),
    );
  });
});

describe('the goals', () => {
  const goalOf = (telltale: number) =>
    goalsOf(synthesize({ telltale, noise: 0.01 })).find(({ id }) => id.endsWith('all-10'));

  it('are met and missed by what a run has measured', () => {
    expect(goalOf(92)).toMatchObject({ met: true });
    expect(goalOf(92)?.value).toBeCloseTo(12 / 180, 1);
    expect(goalOf(110)).toMatchObject({ met: false });
  });

  it('are left out when a run has not measured them', () => {
    expect(goalsOf({ sections: {} })).toEqual([]);
  });
});
