import type { MetricGroup } from '../../src/model/group.js';

/** Label values that are the machine's and not ours. */
const FOREIGN = /\b(path|interface|version|major|minor|patch|space|type)="[^"]*"/g;
/** Samples that are there only once there was something to tell. */
const EVENTUAL = /^nodejs_(?:gc|active)_/;
/** Samples of which only the count is the same in every run. */
const TIMED = /^\w+_(?:duration|lag|wait)_seconds(?:_bucket|_sum)?[ {]/;

/**
 * What a page says of one group: its families whole, in their order, with `#` for values that no two
 * runs share.
 */
export function excerpt(page: string, group: MetricGroup, exact: boolean): string {
  const families = page.split(/^(?=# HELP )/m);
  const lines = Object.values(group.metrics).flatMap(({ name }) => {
    const base = name.replace(/_total$/, '');
    const family = families.find((text) => new RegExp(`^# HELP (${name}|${base}) `).test(text));
    if (family === undefined) throw new Error(`no family ${name} on the page`);
    return family
      .split('\n')
      .filter((line) => line !== '' && line !== '# EOF' && !EVENTUAL.test(line))
      .map((line) => (line.startsWith('#') ? line : steady(line, exact)));
  });
  return `${[...new Set(lines)].join('\n')}\n`;
}

function steady(line: string, exact: boolean): string {
  const at = line.lastIndexOf(' ');
  const series = exact ? line.slice(0, at) : line.slice(0, at).replace(FOREIGN, '$1="*"');
  return exact && !TIMED.test(line) ? line : `${series} #`;
}
