import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ask } from '../shutdown/service.js';
import { until } from '../support/until.js';
import { completed, type Probes, startKubelet } from './kubelet.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

interface Container extends Probes {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly ports: readonly { name: string; containerPort: number }[];
  readonly env: readonly { name: string; value: string }[];
}

interface Deployment {
  readonly kind: string;
  readonly apiVersion: string;
  readonly spec: {
    readonly strategy: { rollingUpdate: { maxUnavailable: number; maxSurge: number } };
    readonly selector: { matchLabels: Record<string, string> };
    readonly template: {
      readonly metadata: { labels: Record<string, string> };
      readonly spec: { terminationGracePeriodSeconds: number; containers: Container[] };
    };
  };
}

interface Service {
  readonly kind: string;
  readonly apiVersion: string;
  readonly spec: {
    readonly selector: Record<string, string>;
    readonly ports: readonly { port: number; targetPort: string }[];
  };
}

const documents = parseAllDocuments(
  readFileSync(path.join(ROOT, 'examples/kubernetes.yaml'), 'utf8'),
).map((document) => {
  expect([document.errors, document.warnings]).toEqual([[], []]);
  return document.toJS();
});
const [deployment, service] = documents as unknown as [Deployment, Service];
const { template } = deployment.spec;
const [container] = template.spec.containers as [Container];
const env = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
const probes = {
  startup: container.startupProbe,
  readiness: container.readinessProbe,
  liveness: container.livenessProbe,
};

/** How long a report takes at most, and what the way there and back may add. */
const REPORT_SECONDS = 0.85;

/** Starts the container's command with its environment, but where tests may listen. */
async function startContainer(
  changes: Record<string, string>,
): Promise<{ child: ChildProcess; port: number; output(): string }> {
  const [, ...args] = container.command;
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env, HOST: '127.0.0.1', PORT: '0', ...changes },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const portIn = () => /Try http:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1];
  await until(() => portIn() !== undefined, 'it listens', 20_000);
  return { child, port: Number(portIn()), output: () => text };
}

/** What the service depends on; it can be told to fail. */
async function startCatalog() {
  const state = { status: 200, asked: 0 };
  const server = createServer((_request, response) => {
    state.asked++;
    response.writeHead(state.status).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as { port: number };
  return { state, url: `http://127.0.0.1:${port}/` };
}

describe('the manifest', () => {
  it('is a Deployment and a Service that find each other', () => {
    expect(documents).toHaveLength(2);
    expect([deployment.apiVersion, deployment.kind]).toEqual(['apps/v1', 'Deployment']);
    expect([service.apiVersion, service.kind]).toEqual(['v1', 'Service']);
    expect(template.metadata.labels).toMatchObject(deployment.spec.selector.matchLabels);
    expect(template.metadata.labels).toMatchObject(service.spec.selector);
    const names = container.ports.map(({ name }) => name);
    expect(names).toContain(service.spec.ports[0]?.targetPort);
    for (const { httpGet } of Object.values(probes)) expect(names).toContain(httpGet.port);
    expect(Number(env.PORT)).toBe(container.ports[0]?.containerPort);
    expect(deployment.spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
  });

  it.each(Object.entries(probes))('has a %s probe that Kubernetes accepts', (name, spec) => {
    const probe = completed(spec);
    for (const key of ['periodSeconds', 'timeoutSeconds', 'failureThreshold'] as const) {
      expect(Number.isInteger(probe[key]) && probe[key] >= 1).toBe(true);
    }
    // Only readiness may ask for more than one.
    if (name !== 'readiness') expect(probe.successThreshold).toBe(1);
    expect(probe.timeoutSeconds).toBeGreaterThanOrEqual(REPORT_SECONDS);
    expect(probe.timeoutSeconds).toBeLessThanOrEqual(probe.periodSeconds);
  });

  it('is patient where it kills, and quick where it only takes out of traffic', () => {
    const patience = (spec: Probes['startupProbe']) => {
      const { periodSeconds, failureThreshold } = completed(spec);
      return periodSeconds * failureThreshold;
    };
    expect(patience(probes.startup)).toBeGreaterThanOrEqual(30);
    expect(patience(probes.liveness)).toBeGreaterThanOrEqual(30);
    expect(patience(probes.readiness)).toBeLessThanOrEqual(15);
    expect(patience(probes.readiness)).toBeLessThan(patience(probes.liveness));
    // A start is noticed soon: nothing else is asked before.
    expect(completed(probes.startup).periodSeconds).toBeLessThanOrEqual(2);
  });

  it('kills no earlier than the service can have ended', () => {
    const seconds = (Number(env.DRAIN_DELAY_MS) + Number(env.SHUTDOWN_TIMEOUT_MS)) / 1000;
    expect(seconds).toBeGreaterThan(0);
    expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(seconds);
    // Readiness has said no to whoever asks by its probe before the first connection is refused.
    expect(Number(env.DRAIN_DELAY_MS) / 1000).toBeGreaterThanOrEqual(
      completed(probes.readiness).periodSeconds,
    );
    expect(container.command[0]).toBe('node');
  });
});

describe('a service under these probes', () => {
  const SCALE = 20;

  it('is started, ready and alive; out of traffic without its catalog, and never restarted', async () => {
    const catalog = await startCatalog();
    const { port } = await startContainer({ CATALOG_URL: catalog.url });
    const kubelet = startKubelet(container, port, SCALE);
    onTestFinished(kubelet.stop);
    await until(() => kubelet.status.started && kubelet.status.ready, 'it is ready');

    catalog.state.status = 500;
    await until(() => !kubelet.status.ready, 'it is out of traffic');
    const { asked } = catalog.state;
    for (let i = 0; i < 3; i++) {
      expect((await ask(port, probes.liveness.httpGet.path)).status).toBe(200);
      expect((await ask(port, probes.startup.httpGet.path)).status).toBe(200);
    }
    await sleep(30 * SCALE);
    expect(kubelet.status).toEqual({ started: true, ready: false, restarts: 0 });
    expect(catalog.state.asked).toBeLessThan(asked + 5);

    catalog.state.status = 200;
    await until(() => kubelet.status.ready, 'it is back');
    expect(kubelet.status.restarts).toBe(0);
  });

  it('is restarted when its event loop does not turn', async () => {
    const { child, port } = await startContainer({ CATALOG_URL: 'http://127.0.0.1:1/' });
    const livenessProbe = { ...container.livenessProbe, timeoutSeconds: 0.2 };
    const kubelet = startKubelet({ ...container, livenessProbe }, port, SCALE);
    onTestFinished(kubelet.stop);
    await until(() => kubelet.status.started, 'it has started');
    child.kill('SIGSTOP');
    await until(() => kubelet.status.restarts > 0, 'it is restarted');
    child.kill('SIGCONT');
  });

  it('loses no request when its pod is deleted', async () => {
    const catalog = await startCatalog();
    const { child, port, output } = await startContainer({
      CATALOG_URL: catalog.url,
      DRAIN_DELAY_MS: '600',
    });
    const kubelet = startKubelet(container, port, SCALE);
    onTestFinished(kubelet.stop);
    await until(() => kubelet.status.ready, 'it is ready');

    // Clients come until the endpoint is taken out, as traffic does, and each on a new connection.
    const statuses: Promise<number | string>[] = [];
    const clients = setInterval(() => {
      if (kubelet.status.ready) statuses.push(ask(port, '/hello').then(({ status }) => status));
    }, 10);
    onTestFinished(() => clearInterval(clients));
    await until(() => statuses.length > 10, 'there is traffic');
    const exited = once(child, 'exit');
    kubelet.terminate();
    child.kill('SIGTERM');
    await until(() => !kubelet.status.ready, 'it is out of traffic');
    const [code] = await exited;
    expect(code).toBe(0);
    expect(new Set(await Promise.all(statuses))).toEqual(new Set([200]));
    expect(output()).toContain('nothing is open any more');
    expect(kubelet.status.restarts).toBe(0);
  });
});
