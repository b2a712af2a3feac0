import { table } from './table.mjs';

/** A comparison as Markdown, the regressions named last. */
export function renderComparison(comparison) {
  const heads = ['figure', 'committed', 'now', 'at most', ''];
  const rows = comparison.map(({ id, before, after, allowed, regressed }) => [
    id,
    before.toFixed(3),
    after.toFixed(3),
    allowed.toFixed(3),
    regressed ? 'regressed' : '',
  ]);
  const regressed = comparison.filter((one) => one.regressed).map(({ id }) => id);
  const verdict =
    regressed.length > 0
      ? `Regressed: ${regressed.join(', ')}.`
      : `No regression in ${comparison.length} figures.`;
  return `${table(heads, rows)}\n\n${verdict}`;
}
