import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import {
  type ClientHttp2Stream,
  createServer as createHttp2Server,
  createSecureServer,
  connect as openSession,
} from 'node:http2';
import {
  createServer as createHttpsServer,
  Agent as HttpsAgent,
  get as httpsGet,
} from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import express, { type Express } from 'express';
import fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import telltale from '../../src/fastify.js';
import { type MonitoringOptions, setupMonitoring } from '../../src/index.js';
import { createLogSink } from '../support/log-sink.js';
import { SUBJECTS } from '../support/subjects.js';
import { until } from '../support/until.js';
import { selfSigned } from '../testing/certificate.js';
import { ask, keepAlive } from './service.js';

const SOON_MS = 1500;
const closing = { logs: false, shutdown: { servers: true, timeout: 8000 } } as const;

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port;
}

async function listen<T extends Server>(server: T): Promise<T> {
  if (!server.listening) server.listen(0, '127.0.0.1');
  if (!server.listening) await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections?.();
  });
  return server;
}

/** Answers `/slow/200` after 200 ms, and `/hang` never. */
function slowListener(
  request: { url?: string | undefined },
  response: { end(text: string): unknown },
): void {
  const [, name, ms] = (request.url ?? '').split('/');
  if (name !== 'hang') setTimeout(() => response.end(request.url ?? ''), Number(ms));
}

async function timed(work: Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work;
  return performance.now() - started;
}

/** What raw text is answered with until the other side ends, and when. */
async function converse(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(text);
  let answered = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    answered += chunk;
  });
  await once(socket, 'close');
  return answered;
}

describe.each(SUBJECTS)('$name, its servers closed by telltale', (subject) => {
  it('answers what is under way, closes every connection, and is as it was', async () => {
    const built = subject.build();
    const names = ['emit', 'handle', 'listen', 'close'] as const;
    const shape = () => names.map((name) => Object.getOwnPropertyDescriptor(built.app, name));
    const before = shape();
    const monitoring = setupMonitoring(built.app, { ...subject.options, ...closing });
    built.addRoutes();
    const { port } = new URL(await built.listen());
    const [idle, busy] = [keepAlive(), keepAlive()];
    await ask(Number(port), '/users/1', idle);
    const slow = ask(Number(port), '/slow/300', busy);
    await until(
      async () => (await monitoring.metrics.text()).includes('in_progress{method="GET"} 1'),
      'it is in flight',
    );
    const took = await timed(monitoring.shutdown());
    expect(took).toBeGreaterThan(200);
    expect(took).toBeLessThan(SOON_MS);
    expect(await slow).toMatchObject({ status: 200, headers: { connection: 'close' } });
    expect((await ask(Number(port), '/users/1', idle)).status).toBe('ECONNREFUSED');
    expect(shape()).toEqual(before);
    await built.close();
  });

  it('are left open unless that is asked for', async () => {
    const built = subject.build();
    const monitoring = setupMonitoring(built.app, { ...subject.options, logs: false });
    built.addRoutes();
    const port = Number(new URL(await built.listen()).port);
    const slow = ask(port, '/slow/300', keepAlive());
    await until(
      async () => (await monitoring.metrics.text()).includes('in_progress{method="GET"} 1'),
      'it is in flight',
    );
    expect(await timed(monitoring.shutdown())).toBeLessThan(250);
    expect(await slow).toMatchObject({ status: 200, headers: { connection: 'keep-alive' } });
    expect((await ask(port, '/users/1')).status).toBe(200);
    await built.close();
  });
});

describe('the servers of a process', () => {
  it('are all closed: several of an app, and several apps', async () => {
    const app = express();
    app.get('/slow/:ms', (request, response) => slowListener(request, response));
    const [first, second] = [
      await listen(createServer(app)),
      await listen(app.listen(0) as Server),
    ];
    const other = await listen(createServer(slowListener));
    const monitoring = setupMonitoring(app, closing);
    const independent = setupMonitoring(await listen(createServer(slowListener)), closing);
    monitoring.attach(other);
    const ports = [first, second, other].map(portOf);
    const slow = ports.map((port) => ask(port, '/slow/200', keepAlive()));
    await sleep(100);
    await monitoring.shutdown();
    expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect([first, second, other].map(({ listening }) => listening)).toEqual([false, false, false]);
    expect((await independent.health.report('ready')).status).toBe('healthy');
    await independent.shutdown();
  });

  it('are no trouble when somebody else has closed them, or is about to open them', async () => {
    const closed = await listen(createServer(slowListener));
    const never = createServer(slowListener);
    const late = createServer(slowListener);
    const monitoring = setupMonitoring(closed, {
      ...closing,
      shutdown: { ...closing.shutdown, beforeShutdown: () => void late.listen(0, '127.0.0.1') },
    });
    for (const server of [never, late]) monitoring.attach(server);
    // Somebody else's hand on it, which is not to be undone.
    const emit = late.emit.bind(late) as (...args: unknown[]) => boolean;
    late.emit = (...args: unknown[]) => emit(...args);
    let closings = 0;
    closed.on('close', () => closings++);
    closed.close();
    await once(closed, 'close');
    expect(await timed(monitoring.shutdown())).toBeLessThan(SOON_MS);
    expect([never.listening, late.listening]).toEqual([false, false]);
    expect(closings).toBe(1);
    // Afterwards they are anybody's.
    late.listen(0, '127.0.0.1');
    await once(late, 'listening');
    await sleep(20);
    expect(late.listening).toBe(true);
    late.close();
  });

  it('are closed though no request has come to them yet', async () => {
    const app = express();
    const monitoring = setupMonitoring(app, closing);
    const server = await listen(app.listen(0, '127.0.0.1') as Server);
    await monitoring.shutdown();
    expect(server.listening).toBe(false);
  });

  it('that listen only when all is being closed are closed at once', async () => {
    const [server, late] = [await listen(createServer(slowListener)), createServer(slowListener)];
    const monitoring = setupMonitoring(server, closing);
    const slow = ask(portOf(server), '/slow/400');
    await sleep(100);
    const ended = monitoring.shutdown();
    await until(() => !server.listening, 'it is closing');
    monitoring.attach(late);
    late.listen(0, '127.0.0.1');
    await ended;
    expect((await slow).status).toBe(200);
    expect(late.listening).toBe(false);
  });

  it('wait for the answers of those that a user is closing already', async () => {
    const server = await listen(createServer(slowListener));
    const monitoring = setupMonitoring(server, closing);
    const slow = ask(portOf(server), '/slow/300', keepAlive());
    await sleep(100);
    server.close();
    await monitoring.shutdown();
    expect((await slow).status).toBe(200);
  });
});

describe('connections', () => {
  it('answer a whole pipeline, and say good-bye with its last answer', async () => {
    const server = await listen(createServer(slowListener));
    const monitoring = setupMonitoring(server, closing);
    const request = (ms: number) => `GET /slow/${ms} HTTP/1.1\r\nhost: x\r\n\r\n`;
    const answered = converse(portOf(server), request(200) + request(1) + request(300));
    await sleep(100);
    await monitoring.shutdown();
    const heads = (await answered).split('HTTP/1.1 200').slice(1);
    expect(heads.map((head) => /connection: ([\w-]+)/i.exec(head)?.[1])).toEqual([
      'keep-alive',
      'keep-alive',
      'close',
    ]);
  });

  it('answer a pipeline that comes while they drain', async () => {
    const server = await listen(createServer(slowListener));
    const shutdown = { servers: true, drainDelay: 300 };
    const monitoring = setupMonitoring(server, { logs: false, shutdown });
    const ended = monitoring.shutdown();
    const request = 'GET /slow/50 HTTP/1.1\r\nhost: x\r\n\r\n';
    const heads = (await converse(portOf(server), request + request)).split('HTTP/1.1 200');
    expect(heads).toHaveLength(3);
    expect(heads[2]).toMatch(/connection: close/i);
    await ended;
  });

  it.each(SUBJECTS.filter(({ name }) => name !== 'express 4'))(
    'send a long answer to its end, however slowly it is read: $name',
    async (subject) => {
      const long = Buffer.alloc(20_000_000, 'x');
      const built = subject.build();
      const monitoring = setupMonitoring(built.app, closing);
      const add = built.app as unknown as Express & FastifyInstance & Server;
      if (subject.name === 'fastify 5') add.get('/long', async () => long);
      else if (subject.name === 'node http') add.on('request', (_, response) => response.end(long));
      else add.get('/long', (_request: unknown, response: ServerResponse) => response.end(long));
      const { port } = new URL(await built.listen());
      const socket = connect(Number(port), '127.0.0.1');
      let bytes = 0;
      socket.write('GET /long HTTP/1.1\r\nhost: x\r\n\r\n');
      socket.on('data', (chunk) => {
        bytes += chunk.length;
        socket.pause();
        setTimeout(() => socket.resume(), 1);
      });
      await until(() => bytes > 1_000_000, 'it is on its way');
      await ask(Number(port), '/health/live', keepAlive());
      // Less than the five seconds that Node keeps a connection which nothing more comes on.
      expect(await timed(monitoring.shutdown())).toBeLessThan(4500);
      if (!socket.closed) await once(socket, 'close');
      expect(bytes).toBeGreaterThan(long.length);
      await built.close();
    },
  );

  it('that were upgraded are closed when the time is over', async () => {
    const server = await listen(createServer(slowListener));
    server.on('upgrade', (_request, socket) => {
      socket.on('error', () => {});
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
    });
    const sink = createLogSink();
    const monitoring = setupMonitoring(server, {
      logs: { destination: sink },
      shutdown: { servers: true, timeout: 600 },
    });
    const upgrade = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n';
    const answered = converse(portOf(server), upgrade);
    await until(
      () => new Promise((resolve) => server.getConnections((_, count) => resolve(count === 1))),
      'it is there',
    );
    await sleep(50);
    await monitoring.shutdown();
    expect(await answered).toContain('101');
    expect(sink.lines.at(-1)).toMatchObject({ cut: ['1 connection'] });
  });

  it('over TLS are ended alike', async () => {
    const server = await listen(createHttpsServer(await selfSigned(), slowListener));
    const monitoring = setupMonitoring(server, closing);
    const agent = new HttpsAgent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const { port } = server.address() as AddressInfo;
    const slow = new Promise<unknown>((resolve, reject) => {
      httpsGet({ port, path: '/slow/300', agent, rejectUnauthorized: false }, (response) => {
        response.resume().on('end', () => resolve(response.headers.connection));
      }).on('error', reject);
    });
    await sleep(150);
    expect(await timed(monitoring.shutdown())).toBeLessThan(SOON_MS);
    expect(await slow).toBe('close');
  });
});

describe.each(['clear', 'TLS'])('HTTP/2 in %s', (kind) => {
  async function start(shutdown: MonitoringOptions['shutdown']) {
    const server =
      kind === 'clear'
        ? createHttp2Server(slowListener)
        : createSecureServer({ ...(await selfSigned()), allowHTTP1: true }, slowListener);
    const monitoring = setupMonitoring(server as never, { logs: false, shutdown });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const scheme = kind === 'clear' ? 'http' : 'https';
    const session = openSession(`${scheme}://127.0.0.1:${portOf(server)}`, {
      rejectUnauthorized: false,
    });
    session.on('error', () => {});
    onTestFinished(() => {
      session.destroy();
      server.close();
    });
    await once(session, 'connect');
    return { monitoring, session, server };
  }

  async function statusOf(stream: ClientHttp2Stream) {
    const [headers] = await once(stream, 'response');
    stream.resume();
    await once(stream, 'end');
    return headers[':status'];
  }

  it('is asked to go, answers its streams, and is closed', async () => {
    const { monitoring, session } = await start({ servers: true, timeout: 8000 });
    const streams = [1, 2, 3].map(() => session.request({ ':path': '/slow/300' }));
    const statuses = Promise.all(streams.map(statusOf));
    const gone = once(session, 'goaway');
    await sleep(100);
    const ended = monitoring.shutdown();
    // Any stream that is on its way already will be served.
    expect((await gone).slice(0, 2)).toEqual([0, 2 ** 31 - 1]);
    expect(await statuses).toEqual([200, 200, 200]);
    expect(await timed(ended)).toBeLessThan(SOON_MS);
    expect(session.closed).toBe(true);
  });

  it('is closed even when its client does not go', async () => {
    const { monitoring, server } = await start({ servers: true, timeout: 8000 });
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    const port = portOf(server);
    const socket =
      kind === 'clear'
        ? connect(port, '127.0.0.1')
        : connectTls({ port, ALPNProtocols: ['h2'], rejectUnauthorized: false });
    socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settings]));
    await once(socket, 'data');
    socket.resume();
    expect(await timed(monitoring.shutdown())).toBeLessThan(SOON_MS);
  });

  it('serves a new session while it drains', async () => {
    const { monitoring, server, session } = await start({ servers: true, drainDelay: 400 });
    expect(await statusOf(session.request({ ':path': '/slow/1' }))).toBe(200);
    const ended = monitoring.shutdown();
    await once(session, 'goaway');
    const scheme = kind === 'clear' ? 'http' : 'https';
    const next = openSession(`${scheme}://127.0.0.1:${portOf(server)}`, {
      rejectUnauthorized: false,
    });
    expect(await statusOf(next.request({ ':path': '/slow/1' }))).toBe(200);
    await ended;
    expect(next.closed).toBe(true);
  });
});

describe('Fastify', () => {
  it('is closed by its own close, whose hooks may wait for the end', async () => {
    const app = fastify();
    const monitoring = setupMonitoring(app, closing);
    const order: string[] = [];
    app.addHook('preClose', async () => void order.push('preClose'));
    app.addHook('onClose', async () => {
      order.push('onClose');
      await monitoring.shutdown();
      order.push('waited');
    });
    app.get('/slow/:ms', async (request) => {
      await sleep(Number((request.params as { ms: string }).ms));
      order.push('answered');
      return 'slow';
    });
    await app.listen({ port: 0 });
    const slow = ask(portOf(app.server), '/slow/200', keepAlive());
    await sleep(100);
    expect(await timed(monitoring.shutdown())).toBeLessThan(SOON_MS);
    expect((await slow).status).toBe(200);
    expect(order).toEqual(['preClose', 'answered', 'onClose', 'waited']);
  });

  it.each([true, false])('ends telltale when it is closed; servers: %s', async (servers) => {
    const hooks: string[] = [];
    const app = fastify();
    await app.register(async (scope) => {
      await scope.register(telltale, {
        logs: false,
        shutdown: { servers, timeout: 8000, onShutdown: () => void hooks.push('hook') },
      });
      scope.get('/', async () => 'hello');
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    expect((await ask(portOf(app.server), '/')).status).toBe(200);
    expect(await timed(app.close())).toBeLessThan(SOON_MS);
    expect(hooks).toEqual(['hook']);
  });

  it('is closed before it has ever listened', async () => {
    const app = fastify();
    await app.register(telltale, closing);
    let closed = false;
    app.addHook('onClose', async () => {
      closed = true;
    });
    await app.ready();
    expect(await timed(app.monitoring.shutdown())).toBeLessThan(SOON_MS);
    expect(closed).toBe(true);
  });

  it('may fail to close, which is told and keeps nothing else from it', async () => {
    const sink = createLogSink();
    const app = fastify();
    let ran = false;
    const monitoring = setupMonitoring(app, {
      logs: { destination: sink },
      shutdown: { servers: true, onShutdown: () => void (ran = true) },
    });
    app.addHook('onClose', async () => {
      throw new Error('cannot close');
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    await monitoring.shutdown();
    expect(ran).toBe(true);
    expect(sink.lines.at(-1)).toMatchObject({ part: 'requests', err: { message: 'cannot close' } });
  });
});
