/** The rule of `--check`. Pure: two results in, one verdict for each figure that both have. */

import { ratioOf } from '../stats.mjs';
import { goalsOf } from './goals.mjs';

/** What two runs of the same code may differ by, as a share of the figure: JIT, layout, machine. */
const margin = 0.15;
/** The same for the whole CPU of a request with every signal off, of which far less can vary. */
const offMargin = 0.03;
/** So many standard errors of both runs together are noise. */
const deviations = 3;

/**
 * Compares ratios only: `[{ id, before, after, allowed, regressed }]`. A figure has regressed when
 * it is larger than the committed one by more than the margin and three standard errors of the
 * difference, which both runs' spreads make up.
 */
export function compare(committed, fresh) {
  const before = new Map(measuresOf(committed).map((measure) => [measure.id, measure]));
  return measuresOf(fresh).flatMap((after) => {
    const known = before.get(after.id);
    if (known === undefined) return [];
    const noise = deviations * Math.hypot(known.error, after.error);
    const allowed = known.value + known.margin * Math.abs(known.value) + noise;
    return [
      {
        id: after.id,
        before: known.value,
        after: after.value,
        allowed,
        regressed: after.value > allowed,
      },
    ];
  });
}

function measuresOf(result) {
  const goals = goalsOf(result).filter(({ ratio, value }) => ratio && Number.isFinite(value));
  return [...goals.map((goal) => ({ ...goal, margin })), ...offMeasures(result)];
}

/** With every signal off next to nothing is added, so that a share of it would say nothing. */
function offMeasures({ sections }) {
  return Object.entries(sections.requests ?? {}).flatMap(([framework, { variants }]) => {
    const off = variants['telltale-off'];
    if (off === undefined) return [];
    const ratio = ratioOf(off.cpu, off.bare);
    return [{ id: `requests.${framework}.off`, margin: offMargin, ...ratio }];
  });
}
