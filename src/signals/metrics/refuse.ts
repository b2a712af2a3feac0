import { TelltaleError } from '../../model/errors.js';

/** Refuses what is no name of a metric, or of a label of one. */
export function refuseNames(name: string, labelNames: readonly string[]): void {
  if (typeof name !== 'string' || !/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) {
    throw new TelltaleError(
      'TELLTALE_INVALID_METRIC',
      `metric name: expected letters, digits and _, got ${JSON.stringify(name)}`,
    );
  }
  for (const label of labelNames) {
    if (!/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/.test(label)) {
      throw new TelltaleError(
        'TELLTALE_INVALID_METRIC',
        `metric ${name}: expected label names of letters, digits and _, got ${JSON.stringify(label)}`,
      );
    }
  }
}

/** Refuses labels of which one is not declared. */
export function refuseUnknown(
  metric: string,
  labelNames: readonly string[],
  labels: object,
): never {
  const unknown = Object.keys(labels).filter((name) => !labelNames.includes(name));
  throw new TelltaleError(
    'TELLTALE_INVALID_VALUE',
    `metric ${metric}: unknown label ${unknown.map((name) => `"${name}"`).join(', ')}; its labels are ${labelNames.join(', ') || '(none)'}`,
  );
}

/** Refuses what is not a finite number, as prom-client does. */
export function finite(metric: { readonly name: string }, value: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new TelltaleError(
      'TELLTALE_INVALID_VALUE',
      `metric ${metric.name}: expected a finite number, got ${String(value)}`,
    );
  }
  return value;
}
