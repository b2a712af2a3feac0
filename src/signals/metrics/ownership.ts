import type { Metric, Registry } from 'prom-client';
import { TelltaleError } from '../../model/errors.js';
import { Family } from './family.js';
import type { AnyFamily } from './recorder.js';

/**
 * Refuses registries that share a name.
 *
 * @throws TelltaleError that names the metric and both owners.
 */
export function refuseDuplicates(registries: readonly Registry[]): void {
  const owners = new Map<string, number>();
  registries.forEach((registry, i) => {
    for (const { name } of registry.getMetricsAsArray() as { name: string }[]) {
      const owner = owners.get(name);
      if (owner !== undefined) {
        throw new TelltaleError(
          'TELLTALE_INVALID_METRIC',
          `metric ${name}: is in ${ownerName(owner)} and in ${ownerName(i)}; expected each name in one of them`,
        );
      }
      owners.set(name, i);
    }
  });
}

function ownerName(i: number): string {
  return i === 0 ? 'the registry' : `metrics.registries[${i - 1}]`;
}

/** Whether a metric is in a registry. */
export function holds(registry: Registry, family: AnyFamily): boolean {
  return (registry.getSingleMetric(family.name) as unknown) === family;
}

/**
 * Registers a metric in the first registry.
 *
 * @throws TelltaleError when one of them holds its name already.
 */
export function register(registries: readonly [Registry, ...Registry[]], family: AnyFamily): void {
  const found = registries.map((registry): unknown => registry.getSingleMetric(family.name));
  const owner = found.findIndex((metric) => metric !== undefined);
  if (owner !== -1) {
    const maker =
      found[owner] instanceof Family
        ? 'another monitoring made; expected a registry of its own for each, also after a shutdown'
        : 'telltale did not make';
    throw new TelltaleError(
      'TELLTALE_INVALID_METRIC',
      `metric ${family.name}: ${ownerName(owner)} already holds a metric of that name that ${maker}`,
    );
  }
  // A registry takes anything that has a metric's members; its type asks for its own classes.
  registries[0].registerMetric(family as unknown as Metric);
}

/**
 * Refuses a metric that was asked for as something else than it is.
 *
 * @throws TelltaleError that says what it is and what was asked for.
 */
export function refuseOther(known: AnyFamily, type: string, labelNames: readonly string[]): void {
  if (known.type === type && known.labelNames.join() === labelNames.join()) return;
  throw new TelltaleError(
    'TELLTALE_INVALID_METRIC',
    `metric ${known.name}: exists as a ${known.type} with labels (${known.labelNames.join(', ')}), asked for as a ${type} with labels (${labelNames.join(', ')})`,
  );
}
