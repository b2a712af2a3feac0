/** The goals of the project and what a result says to them. Pure: a result in, figures out. */

import { expositionGoals } from './goals-exposition.mjs';
import { processGoals } from './goals-process.mjs';
import { requestGoals } from './goals-requests.mjs';

/**
 * Every goal that the result has figures for, as
 * `{ id, group, text, framework, unit, limit, value, low, high, error, met, ratio }`. `ratio` says
 * that the figure is one between two things measured in the same run, and so means the same on
 * another machine; lower is better in all.
 */
export function goalsOf(result) {
  return [...requestGoals(result), ...processGoals(result), ...expositionGoals(result)].map(
    (goal) => ({ ...goal, met: goal.value <= goal.limit }),
  );
}
