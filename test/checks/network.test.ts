import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterEach, describe, expect, it } from 'vitest';
import { certificate } from '../../src/checks/certificate.js';
import { http } from '../../src/checks/http.js';
import { postgres } from '../../src/checks/postgres.js';
import { redis } from '../../src/checks/redis.js';
import { tcp } from '../../src/checks/tcp.js';
import type { Check } from '../../src/model/check.js';
import { startBlackHole, startMuteServer } from '../services/black-hole.js';
import { freePort } from '../services/process.js';
import { findRedis } from '../services/redis.js';
import { describeWith } from '../services/skip.js';
import { until } from '../support/until.js';
import { selfSigned } from '../testing/certificate.js';
import { everyOne, heldSockets, run, verdicts } from './trial.js';

// Sooner than the clients would give up by themselves.
const AT_ONCE_MS = 1000;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Every check that connects, to a port. */
function checksOf(port: number, host = '127.0.0.1'): Record<string, Check> {
  const url = `redis://${host}:${port}`;
  return {
    tcp: tcp({ host, port }),
    http: http({ url: `http://${host}:${port}` }),
    https: http({ url: `https://${host}:${port}` }),
    certificate: certificate({ host, port }),
    postgres: postgres(`postgres://user:password@${host}:${port}/database`),
    ioredis: redis(new Redis(url, { lazyConnect: true })),
    nodeRedis: redis(createClient({ url })),
    redisTls: redis(createClient({ url: `rediss://${host}:${port}` })),
  };
}

describe('every check that connects', () => {
  it('leaves no timer that keeps the process alive when nobody listens', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
    const before = timers().length;
    const port = await freePort();
    const checks = { ...checksOf(port), byUrl: redis(`redis://127.0.0.1:${port}`) };
    for (const check of Object.values(checks)) await run(check);
    await until(() => timers().length <= before, 'they are gone', 1000);
  });

  it('tells of a port where nobody listens', async () => {
    const checks = checksOf(await freePort());
    expect(await verdicts(checks)).toEqual(everyOne(checks, 'refused'));
  });

  it('tells of a name that does not resolve', async () => {
    const checks = checksOf(8080, 'nowhere..invalid');
    expect(await verdicts(checks)).toEqual(everyOne(checks, 'dns'));
  });

  it('gives up a server that never answers, and its connection, at once', async () => {
    const mute = await startMuteServer();
    closing.push(mute.stop);
    const { tcp: _, ...checks } = checksOf(mute.port);
    const held = heldSockets();
    expect(await verdicts(checks)).toEqual(everyOne(checks, 'timeout'));
    await until(() => mute.open === 0, 'the connections are closed', AT_ONCE_MS);
    expect(heldSockets()).toBeLessThanOrEqual(held);
  });

  it('asks nobody when it was given up before', async () => {
    const mute = await startMuteServer();
    closing.push(mute.stop);
    const reason = new Error('too late');
    for (const check of Object.values(checksOf(mute.port))) {
      const given = (async () => check(AbortSignal.abort(reason)))();
      await expect(given).rejects.toBe(reason);
    }
    expect(mute.accepted).toBe(0);
  });

  it.each(['postgres', 'ioredis', 'nodeRedis'])(
    'opens no second connection while the first hangs: %s',
    async (name) => {
      const mute = await startMuteServer();
      closing.push(mute.stop);
      const check = checksOf(mute.port)[name] as Check;
      const all = await Promise.all([run(check, 300), run(check, 200), run(check, 300)]);
      expect(all.map((one) => one.class)).toEqual(['timeout', 'timeout', 'timeout']);
      expect(all[1]?.took).toBeLessThan(290);
      expect(mute.accepted).toBe(1);
      await until(() => mute.open === 0, 'it is closed');
    },
  );
});

describeWith('redis-server', findRedis())('a black hole', () => {
  it('is given up in time by every check', async () => {
    const hole = await startBlackHole();
    closing.push(hole.stop);
    const checks = checksOf(hole.port);
    const held = heldSockets();
    expect(await verdicts(checks)).toEqual(everyOne(checks, 'timeout'));
    await until(() => heldSockets() <= held, 'the sockets are closed', AT_ONCE_MS);
  });
});

describe('tcp', () => {
  it('is healthy where connections are accepted', async () => {
    const mute = await startMuteServer();
    closing.push(mute.stop);
    const { status, details } = await run(tcp({ host: 'localhost', port: mute.port }));
    expect(status).toBe('healthy');
    expect(details.latency_ms).toBeGreaterThan(0);
    expect(await run(tcp({ host: '127.0.0.1', port: mute.port, warn: 0 }))).toMatchObject({
      status: 'degraded',
    });
  });

  it('refuses at once what it cannot mean', () => {
    expect(() => tcp({ host: 'a' } as never)).toThrow('tcp check: option port: expected a port');
    expect(() => tcp({ host: 'a', port: 70_000 })).toThrow('got 70000');
    expect(() => tcp(null as never)).toThrow('tcp check: expected an object of options, got null');
  });
});

describe('http', () => {
  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('sends what it is told to and is healthy by any 2xx', async () => {
    const url = await serve((request, response) => {
      const { method, headers } = request;
      response.statusCode = method === 'POST' && headers['x-key'] === 'k' ? 204 : 500;
      response.end();
    });
    const given = await run(http({ url, method: 'POST', headers: { 'x-key': 'k' }, warn: 700 }));
    expect(given).toMatchObject({ status: 'healthy', details: { status_code: 204 } });
    expect(given.details.latency_ms).toBeGreaterThan(0);
  });

  it.each([
    [401, 'auth'],
    [429, 'exhausted'],
    [504, 'timeout'],
    [500, 'error'],
  ])('is unhealthy by %s, which is %s', async (status, fault) => {
    const url = await serve((_, response) => response.writeHead(status).end('x'));
    expect(await run(http({ url }))).toMatchObject({
      status: 'unhealthy',
      class: fault,
      message: `the status is ${status}`,
      details: { status_code: status },
    });
    for (const expected of [status, [200, status], (code: number) => code === status]) {
      expect((await run(http({ url, status: expected }))).status).toBe('healthy');
    }
  });

  it('follows redirects, or judges them', async () => {
    const url = await serve(({ url }, response) => {
      if (url === '/') response.writeHead(302, { location: '/there' });
      response.end();
    });
    expect((await run(http({ url }))).details.status_code).toBe(200);
    const manual = await run(http({ url, redirect: 'manual' }));
    expect(manual).toMatchObject({ status: 'unhealthy', details: { status_code: 302 } });
    expect((await run(http({ url, redirect: 'manual', status: 302 }))).status).toBe('healthy');
  });

  it('judges the body', async () => {
    const url = await serve((_, response) => response.end('{"ready":false}'));
    const ready = (text: string) => JSON.parse(text).ready === true;
    expect(await run(http({ url, body: ready }))).toMatchObject({
      status: 'unhealthy',
      message: 'the body is not the right one',
    });
    expect((await run(http({ url, body: (text) => text.includes('ready') }))).status).toBe(
      'healthy',
    );
    const broken = () => {
      throw new Error('not for me');
    };
    expect(await run(http({ url, body: broken }))).toMatchObject({ class: 'error' });
  });

  it('reads no more of a body than it may', async () => {
    let sent = 0;
    const url = await serve((_, response) => {
      const chunk = Buffer.alloc(65_536);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
      };
      response.on('drain', more);
      more();
    });
    const held = heldSockets();
    const given = await run(http({ url, body: () => true, maxBodyBytes: 100_000 }));
    expect(given).toMatchObject({ status: 'unhealthy', message: 'the body is over 100000 bytes' });
    expect((await run(http({ url }))).status).toBe('healthy');
    expect(sent).toBeLessThan(50_000_000);
    await until(() => heldSockets() <= held, 'the connections are closed');
  });

  it('gives up a body that does not end', async () => {
    const url = await serve((_, response) => void response.write('the beginning'));
    expect(await run(http({ url, body: () => true }), 100)).toMatchObject({ class: 'timeout' });
  });

  it('keeps what is for one server from another', async () => {
    const seen: unknown[] = [];
    const other = await serve(({ headers }, response) => {
      seen.push(headers.authorization);
      response.end();
    });
    const url = await serve(({ url, headers }, response) => {
      seen.push(headers.authorization);
      response.writeHead(307, { location: url === '/' ? '/next' : other }).end();
    });
    const headers = { authorization: 'Bearer secret' };
    expect((await run(http({ url, headers }))).status).toBe('healthy');
    expect(seen).toEqual(['Bearer secret', 'Bearer secret', undefined]);
  });

  it('does not follow redirects for ever', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      asked++;
      response.writeHead(302, { location: '/' }).end();
    });
    expect(await run(http({ url }))).toMatchObject({ status: 'unhealthy', class: 'error' });
    expect(asked).toBe(6);
  });

  it('trusts the authorities that it is told to', async () => {
    const pair = await selfSigned();
    const server = createTlsServer(pair, (_, response) => void response.end('fine'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => server.close());
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    expect(await run(http({ url }))).toMatchObject({ status: 'unhealthy', class: 'auth' });
    expect((await run(http({ url, ca: pair.cert }))).status).toBe('healthy');
  });

  it('refuses at once what it cannot mean, and repeats no secret', () => {
    const url = 'http://localhost';
    expect(() => http({ url: 'localhost:80' })).toThrow(
      'http check: option url: expected an http:',
    );
    const secret = () => http({ url: 'http://user:secret@localhost' });
    expect(secret).toThrow('without user and password');
    expect(secret).not.toThrow('secret@');
    expect(() => http({ url, method: 'NO WAY' })).toThrow(
      'option method: expected a method of HTTP',
    );
    expect(() => http({ url, headers: { 'a b': 'c' } })).toThrow(
      'option headers: expected an object of',
    );
    expect(() => http({ url, redirect: 'error' as never })).toThrow("'follow' or 'manual'");
  });
});

describe('certificate', () => {
  async function serve(): Promise<{ port: number; ca: string }> {
    const pair = await selfSigned();
    const server = createTlsServer(pair).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => server.close());
    return { port: (server.address() as AddressInfo).port, ca: pair.cert };
  }

  it('counts the days that are left', async () => {
    const options = { ...(await serve()), host: '127.0.0.1', servername: 'localhost' };
    const held = heldSockets();
    const given = await run(certificate({ ...options, warn: 0.5 }));
    expect(given.status).toBe('healthy');
    expect(given.details.days_left).toBeGreaterThan(0.9);
    expect(given.details.days_left).toBeLessThanOrEqual(1);
    expect(await run(certificate({ ...options, fail: 0.5 }))).toMatchObject({ status: 'degraded' });
    expect(await run(certificate(options))).toMatchObject({
      status: 'unhealthy',
      class: undefined,
      message: 'the certificate is valid for 1 days (limit 3 days)',
    });
    await until(() => heldSockets() <= held, 'the connections are closed');
  });

  it('tells of a chain that cannot be trusted, and of another name', async () => {
    const { port, ca } = await serve();
    const options = { port, host: 'localhost', fail: 0, warn: 0.5 };
    expect(await run(certificate(options))).toMatchObject({
      status: 'unhealthy',
      class: 'auth',
      message: 'the certificate cannot be trusted: DEPTH_ZERO_SELF_SIGNED_CERT',
      details: { days_left: expect.any(Number) },
    });
    expect(await run(certificate({ ...options, ca, servername: 'other.example' }))).toMatchObject({
      message: 'the certificate cannot be trusted: ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(await run(certificate({ ...options, rejectUnauthorized: false }))).toMatchObject({
      status: 'healthy',
    });
  });

  it('tells of a server that speaks no TLS', async () => {
    const plain = createTcpServer((socket) => socket.on('error', () => {}).end('220 hello\r\n'));
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    closing.push(() => plain.close());
    const { port } = plain.address() as AddressInfo;
    expect((await run(certificate({ host: '127.0.0.1', port }))).status).toBe('unhealthy');
  });

  it('refuses at once what it cannot mean', () => {
    expect(() => certificate({} as never)).toThrow('certificate check: option host');
    expect(() => certificate({ host: 'a', warn: 3, fail: 9 })).toThrow('0 <= fail <= warn days');
    expect(() => certificate({ host: 'a', ca: 7 as never })).toThrow('certificates in PEM');
  });
});
