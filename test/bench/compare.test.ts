import { describe, expect, it } from 'vitest';
import { compare } from './result/compare.mjs';
import { synthesize, TRUTH, type Truth } from './synthetic.js';

const SHARE = 'requests.express.all-10';
const OFF = 'requests.express.off';

function regressedIds(fresh: Partial<Truth>, committed: Partial<Truth> = {}): string[] {
  const verdicts = compare(synthesize(committed), synthesize({ seed: 2, rounds: 9, ...fresh }));
  expect(verdicts.map(({ id }) => id).sort()).toEqual([SHARE, OFF].sort());
  return verdicts.filter(({ regressed }) => regressed).map(({ id }) => id);
}

describe('the rule of --check', () => {
  it('catches what telltale adds when that becomes half as much again', () => {
    for (let seed = 2; seed < 22; seed++) {
      const telltale = TRUTH.bare + 1.5 * (TRUTH.telltale - TRUTH.bare);
      expect(regressedIds({ telltale, seed, rounds: 20, noise: 0.02 })).toContain(SHARE);
    }
  });

  it('catches a cost with every signal off', () => {
    expect(regressedIds({ off: 1.08 * TRUTH.off, noise: 0.02 }, { noise: 0.02 })).toEqual([OFF]);
  });

  it('takes noise for noise', () => {
    for (let seed = 2; seed < 42; seed++) expect(regressedIds({ seed })).toEqual([]);
  });

  it('is the more careful the noisier the runs are', () => {
    const [quiet, noisy] = [0.02, 0.2].map(
      (noise) => compare(synthesize({ noise }), synthesize({ noise, seed: 2 }))[0],
    );
    const room = (verdict: typeof quiet) => (verdict?.allowed ?? 0) - (verdict?.before ?? 0);
    expect(room(noisy)).toBeGreaterThan(2 * room(quiet));
  });

  it('compares ratios, so that a machine of half the speed is none the worse', () => {
    const { bare, hand, telltale, off } = TRUTH;
    const slow = { bare: 2 * bare, hand: 2 * hand, telltale: 2 * telltale, off: 2 * off };
    expect(regressedIds(slow)).toEqual([]);
  });

  it('lets an improvement pass', () => {
    expect(regressedIds({ telltale: 85 })).toEqual([]);
  });

  it('compares only what both runs have', () => {
    expect(compare({ sections: {} }, synthesize())).toEqual([]);
  });
});
