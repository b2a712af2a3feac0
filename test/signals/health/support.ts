import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMonitoring, type MonitoringOptions, setupMonitoring } from '../../../src/index.js';

/** No checks but those that a test registers. */
export const BARE = { disk: false, memory: false, eventLoop: false } as const;

const cleanups: (() => unknown)[] = [];

/** Undoes what {@link create} and {@link serve} have begun. */
export async function cleanUp(): Promise<void> {
  for (const clean of cleanups.splice(0).reverse()) await clean();
}

/** A Monitoring without a server. Results are not kept unless told otherwise. */
export function create(health = {}, options: MonitoringOptions = {}) {
  const monitoring = createMonitoring({
    serviceName: 'shop',
    serviceVersion: '1.2.3',
    logs: false,
    ...options,
    health: { checks: BARE, cacheFor: 0, timeout: 200, ...health },
  });
  cleanups.push(monitoring.shutdown);
  return monitoring;
}

/** A service that listens. */
export async function serve(health = {}, options: MonitoringOptions = {}, host = '127.0.0.1') {
  const server = createServer((_request, response) => response.end('the application'));
  const monitoring = setupMonitoring(server, {
    serviceName: 'shop',
    serviceVersion: '1.2.3',
    logs: false,
    ...options,
    health: { checks: BARE, ...health },
  });
  server.listen(0, host);
  await once(server, 'listening');
  cleanups.push(
    () => server.close(),
    () => server.closeAllConnections(),
    monitoring.shutdown,
  );
  const { port } = server.address() as AddressInfo;
  return { ...monitoring, server, port, base: `http://127.0.0.1:${port}` };
}

/** A check whose answer a test changes. */
export function changeable(first: 'healthy' | 'degraded' | 'unhealthy' | 'never' = 'healthy') {
  const dependency = { is: first, runs: 0, running: 0, most: 0 };
  async function check() {
    dependency.runs++;
    dependency.most = Math.max(dependency.most, ++dependency.running);
    try {
      if (dependency.is === 'never') await new Promise(() => {});
      return { status: dependency.is as 'healthy' };
    } finally {
      dependency.running--;
    }
  }
  return { dependency, check };
}
