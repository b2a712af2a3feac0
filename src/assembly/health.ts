import { disk } from '../checks/disk.js';
import { eventLoop } from '../checks/event-loop.js';
import { memory } from '../checks/memory.js';
import type { Probe } from '../model/check.js';
import type { Endpoint } from '../model/endpoint.js';
import type { MonitoringOptions } from '../options.js';
import { healthEndpoint } from '../signals/health/endpoint.js';
import { createHealth, type Health, type HealthSignal } from '../signals/health/health.js';
import { resolvePaths, type Service } from './environment.js';

// What is only this process's own trouble is for people to see: taking every replica out of traffic
// because all of them are busy makes a slow service a dead one.
const REPORT_ONLY = { probes: [], critical: false };

/** The health signal with its built-in checks. */
export function buildHealth(
  options: MonitoringOptions['health'] = {},
  service: Service,
): HealthSignal {
  const { checks = {}, ...rest } = options === false ? {} : options;
  const health = createHealth(rest, { service: service.name, version: service.version });
  if (options === false) return health;
  if (checks.eventLoop !== false) {
    health.register('event_loop', eventLoop(checks.eventLoop), REPORT_ONLY);
  }
  if (checks.memory !== false) health.register('memory', memory(checks.memory), REPORT_ONLY);
  if (checks.disk !== false) health.register('disk', disk(checks.disk), REPORT_ONLY);
  return health;
}

/** The endpoints of the probes. */
export function healthEndpoints(options: MonitoringOptions, health: Health): Endpoint[] {
  if (options.health === false) return [];
  const paths = resolvePaths(options.endpoints);
  const probes: [string | false, Probe][] = [
    [paths.health, 'all'],
    [paths.live, 'live'],
    [paths.ready, 'ready'],
    [paths.startup, 'startup'],
  ];
  return probes.flatMap(([path, probe]) =>
    path === false ? [] : [healthEndpoint(path, probe, health)],
  );
}
