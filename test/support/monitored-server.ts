import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import { type MonitoringOptions, setupMonitoring } from '../../src/index.js';

/** A server that is monitored and stopped when the test is over, and what scrapes it. */
export async function serveMonitored(options: MonitoringOptions = {}) {
  const server = createServer((_request, response) => response.end('ok'));
  const monitoring = setupMonitoring(server, { logs: false, ...options });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    await monitoring.shutdown();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const base = `http://127.0.0.1:${port}`;
  async function scrape(headers: Record<string, string> = {}): Promise<string> {
    return (await fetch(`${base}/metrics`, { headers })).text();
  }
  return { monitoring, base, scrape };
}
