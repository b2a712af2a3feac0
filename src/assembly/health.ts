import { disk } from '../checks/disk.js';
import { eventLoop } from '../checks/event-loop.js';
import { memory } from '../checks/memory.js';
import type { Admits } from '../core/guard.js';
import type { Part } from '../core/lifecycle.js';
import type { Endpoint } from '../model/endpoint.js';
import type { MonitoringOptions } from '../options.js';
import { healthEndpoint } from '../signals/health/endpoint.js';
import { createHealth, type HealthParts, type HealthSignal } from '../signals/health/health.js';
import type { HealthOptions } from '../signals/health/options.js';
import { createVisibility } from '../signals/health/visibility.js';
import { resolvePaths, type Service } from './environment.js';

// What is only this process's own trouble is for people to see: taking every replica out of traffic
// because all of them are busy makes a slow service a dead one.
const REPORT_ONLY = { probes: [], critical: false, componentType: 'system' } as const;

/** The health signal with its built-in checks. */
export function buildHealth(
  options: MonitoringOptions['health'] = {},
  service: Service,
  parts: HealthParts,
): HealthSignal {
  const { checks = {}, ...rest } = options === false ? {} : options;
  const identity = { service: service.name, version: service.version };
  const health = createHealth(rest, identity, parts);
  if (options === false) return health;
  if (checks.eventLoop !== false) {
    health.register('event_loop', eventLoop(checks.eventLoop), REPORT_ONLY);
  }
  if (checks.memory !== false) health.register('memory', memory(checks.memory), REPORT_ONLY);
  if (checks.disk !== false) health.register('disk', disk(checks.disk), REPORT_ONLY);
  return health;
}

/** The background work of health. It is stopped after the endpoints, which read its results. */
export function checksPart(options: MonitoringOptions['health'], health: HealthSignal): Part {
  const { start, stop } = health;
  return options === false ? { name: 'checks', stop } : { name: 'checks', start, stop };
}

/** The endpoints of the probes and groups. Everybody is answered; not everybody sees details. */
export function healthEndpoints(
  options: MonitoringOptions,
  health: HealthSignal,
  service: Service,
  admits: Admits | undefined,
): Endpoint[] {
  if (options.health === false) return [];
  const { details, groups = {} } = options.health ?? {};
  const paths = resolvePaths(options.endpoints);
  const base = paths.health === false ? '/health' : paths.health;
  const places: [string | false, string][] = [
    [paths.health, 'all'],
    [paths.live, 'live'],
    [paths.ready, 'ready'],
    [paths.startup, 'startup'],
    ...Object.keys(groups).map((name): [string, string] => [`${base}/${name}`, name]),
  ];
  const visibility = createVisibility(
    details ?? defaultDetails(service, admits !== undefined),
    admits,
  );
  const parts = { snapshot: health.snapshot, visibility, budget: health.budget };
  return places.flatMap(([path, of]) => (path === false ? [] : [healthEndpoint(path, of, parts)]));
}

function defaultDetails(
  { environment }: Service,
  isGuarded: boolean,
): NonNullable<HealthOptions['details']> {
  return isGuarded || /^prod(?:uction)?$/i.test(environment) ? 'authorized' : 'always';
}
