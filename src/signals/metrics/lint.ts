/** What there is to know of a metric before it has any value. */
interface Named {
  readonly type: string;
  readonly name: string;
  readonly help: string;
}

type Rule = (metric: Named) => string | undefined;

/** Units other than the base ones, and the base unit to use in their place. */
const UNITS: readonly [RegExp, string][] = [
  [
    /_(?:ms|millis|milliseconds?|us|micros(?:econds)?|ns|nanos(?:econds)?|minutes|hours|days)(?:_total)?$/,
    'seconds',
  ],
  [/_(?:kb|kib|mb|mib|gb|gib|kilobytes|megabytes|gigabytes|bits)(?:_total)?$/, 'bytes'],
  [/_(?:percent|percentage|pct)(?:_total)?$/, 'a ratio from 0 to 1'],
];

/** Names that Prometheus makes itself. */
const RESERVED = /^(?:up|ALERTS(?:_FOR_STATE)?|scrape_.*)$/;

/** https://prometheus.io/docs/practices/naming/ */
const RULES: readonly Rule[] = [
  ({ name }) => (/^[a-z][a-z0-9_]*$/.test(name) ? undefined : 'a name in snake_case'),
  ({ name }) => (RESERVED.test(name) ? 'a name that Prometheus does not use itself' : undefined),
  ({ type, name }) =>
    type === 'counter' && !name.endsWith('_total')
      ? 'a counter’s name to end in _total'
      : undefined,
  ({ type, name }) =>
    type !== 'counter' && name.endsWith('_total')
      ? 'only a counter’s name to end in _total'
      : undefined,
  ({ type, name }) =>
    /_(?:count|sum|bucket)$/.test(name)
      ? `a ${type}’s name not to end like a part of a histogram`
      : undefined,
  ({ name }) => {
    const unit = UNITS.find(([pattern]) => pattern.test(name))?.[1];
    return unit === undefined ? undefined : `base units: ${unit}`;
  },
  ({ help }) => (help.trim() === '' ? 'a help text' : undefined),
];

/** What Prometheus's conventions expect of a metric and do not find, a sentence each. */
export function lintMetric(metric: Named): string[] {
  return RULES.flatMap((rule) => {
    const expected = rule(metric);
    return expected === undefined ? [] : [`metric ${metric.name}: expected ${expected}`];
  });
}
