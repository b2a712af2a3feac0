import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import express5 from 'express';
import express4 from 'express4';
import { describe, expect, it } from 'vitest';
import { type MonitoredApp, setupMonitoring } from '../../src/index.js';
import { SUBJECTS } from '../support/subjects.js';

type Express = typeof express5;

const VERSIONS: Record<string, Express> = {
  'express 5': express5,
  'express 4': express4 as unknown as Express,
};

async function ask(app: ReturnType<Express>, paths: readonly string[]) {
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const answers: string[] = [];
  for (const path of paths) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    answers.push(`${response.status} ${(await response.text()).slice(0, 40)}`);
  }
  server.close();
  return answers;
}

describe.each(Object.entries(VERSIONS))('%s', (name, express) => {
  /** Settings are chosen after set-up, which must not have fixed them. */
  it.each([
    ['case sensitive routing', true],
    ['case sensitive routing', false],
    ['strict routing', true],
    ['strict routing', false],
    ['query parser', 'simple'],
    ['query parser', 'extended'],
    ['query parser', false],
  ])('still takes the setting %s = %s', async (setting, value) => {
    function build(monitor: (app: MonitoredApp) => void) {
      const app = express();
      monitor(app);
      app.set(setting, value);
      app.get('/Path', (request, response) => {
        response.send(JSON.stringify(request.query));
      });
      return app;
    }
    const paths = ['/Path', '/path', '/Path/', '/Path?a[b]=c&d=1'];
    const bare = await ask(
      build(() => {}),
      paths,
    );
    let monitoring: ReturnType<typeof setupMonitoring> | undefined;
    const monitored = await ask(
      build((app) => {
        monitoring = setupMonitoring(app, { logs: false });
      }),
      paths,
    );
    await monitoring?.shutdown();
    expect(monitored).toEqual(bare);
  });

  it('has no router before it wants one', () => {
    const app = express() as ReturnType<Express> & { _router?: unknown };
    const monitoring = setupMonitoring(app, { logs: false });
    if (name === 'express 4') expect(app._router).toBeUndefined();
    app.enable('case sensitive routing');
    app.get('/', () => {});
    const router = (name === 'express 4' ? app._router : app.router) as { caseSensitive: boolean };
    expect(router.caseSensitive).toBe(true);
    return monitoring.shutdown();
  });

  it('is as it was after shutdown', async () => {
    const app = express();
    app.get('/', (_request, response) => {
      response.send('ok');
    });
    const router = (app as { _router?: { stack: object[] } })._router ?? app.router;
    const prototype = Object.getPrototypeOf(router.stack[0]);
    const shape = () => ({
      app: Object.getOwnPropertyDescriptor(app, 'handle'),
      layer: Object.getOwnPropertyDescriptors(prototype),
      symbols: Object.getOwnPropertySymbols(prototype),
    });
    const before = shape();
    const one = setupMonitoring(app, { logs: false });
    const other = setupMonitoring(createServer(app), { logs: false });
    await ask(app, ['/']);
    expect(shape()).not.toEqual(before);
    await one.shutdown();
    await other.shutdown();
    expect(shape()).toEqual(before);
  });
});

describe.each(SUBJECTS)('$name', (subject) => {
  it('gets no listener on its server', async () => {
    const seen: unknown[] = [];
    const built = subject.build();
    const bare = subject.build();
    const monitoring = setupMonitoring(built.app, { logs: false });
    const servers: Record<
      string,
      { eventNames(): (string | symbol)[]; listenerCount(name: string | symbol): number }
    > = {};
    const onRequest = (message: unknown) => {
      const { server, request } = message as {
        server: (typeof servers)[string];
        request: { url: string };
      };
      servers[request.url] = server;
      seen.push(server);
    };
    subscribe('http.server.request.start', onRequest);
    for (const [path, one] of [
      ['/monitored', built],
      ['/bare', bare],
    ] as const) {
      one.addRoutes();
      await (await fetch((await one.listen()) + path)).text();
    }
    unsubscribe('http.server.request.start', onRequest);
    const listenersOf = (path: string) =>
      servers[path]
        ?.eventNames()
        .map((name) => `${String(name)} ${servers[path]?.listenerCount(name)}`);
    expect(listenersOf('/monitored')).toEqual(listenersOf('/bare'));
    expect(seen).toHaveLength(2);
    await monitoring.shutdown();
    await built.close();
    await bare.close();
  });

  it('counts on one Monitoring what comes to two apps', async () => {
    const [one, two] = [subject.build(), subject.build()];
    const monitoring = setupMonitoring(one.app, { ...subject.options, logs: false });
    monitoring.attach(two.app);
    for (const built of [one, two]) {
      built.addRoutes();
      await (await fetch(`${await built.listen()}/users/1`)).text();
    }
    expect(await monitoring.metrics.text()).toContain(
      'http_requests_total{method="GET",route="/users/:id",status="200"} 2',
    );
    expect(() => monitoring.attach(7 as never)).toThrow('expected an Express application');
    await monitoring.shutdown();
    await one.close();
    await two.close();
  });
});
