/** Says whether one more is within the budget, and takes it from there. */
export type Budget = () => boolean;

/**
 * So many a second, and as many at once after a quiet second.
 *
 * @param refused told of each that is not within it.
 * @param now milliseconds of a clock that only goes forward.
 */
export function createBudget(
  perSecond: number,
  refused: () => void = () => {},
  now = () => performance.now(),
): Budget {
  const most = perSecond === 0 ? 0 : Math.max(1, perSecond);
  let left = most;
  let at = now();
  return function take() {
    const time = now();
    left = Math.min(most, left + ((time - at) / 1000) * perSecond);
    at = time;
    if (left < 1) {
      refused();
      return false;
    }
    left -= 1;
    return true;
  };
}
