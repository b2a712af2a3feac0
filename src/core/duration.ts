/** A length of time: a number of milliseconds, or a text such as `'30s'`, `'5m'` or `'1h'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h'}`;

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A duration in milliseconds; NaN when it is none. */
export function durationOf(value: unknown): number {
  if (typeof value === 'number') return value;
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(String(value)) ?? [];
  return Number(number) * (UNITS[unit as keyof typeof UNITS] ?? Number.NaN);
}
