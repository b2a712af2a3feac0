import { createServer, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientBehind, type TrustProxy } from '../../src/core/client-address.js';
import { createMonitoring, setupMonitoring } from '../../src/index.js';
import { createLogSink } from '../support/log-sink.js';
import { createSpanMemory } from '../support/span-memory.js';

const V6 = '2001:db8:cafe::17';

function clientOf(
  trust: TrustProxy,
  headers: Record<string, string>,
  peerAddress: string | undefined = '127.0.0.1',
): string | undefined {
  return clientBehind(trust)?.({ peerAddress, header: (name) => headers[name] });
}

const forwardedFor = (value: string) => ({ 'x-forwarded-for': value });

describe('the client behind proxies', () => {
  it('is not looked for unless a proxy is trusted', () => {
    for (const trust of [undefined, false, 0, []]) expect(clientBehind(trust)).toBeUndefined();
  });

  it.each<[TrustProxy, string, string]>([
    // As Express: the first, from the service outwards, that is not a trusted proxy's.
    [true, '203.0.113.1', '203.0.113.1'],
    [true, '198.51.100.1, 203.0.113.1,10.0.0.2', '198.51.100.1'],
    [1, '198.51.100.1, 203.0.113.1', '203.0.113.1'],
    [2, '198.51.100.1, 203.0.113.1', '198.51.100.1'],
    [3, '198.51.100.1, 203.0.113.1', '198.51.100.1'],
    [['loopback'], '198.51.100.1, 203.0.113.1', '203.0.113.1'],
    [['loopback', '203.0.113.0/24'], '198.51.100.1, 203.0.113.1', '198.51.100.1'],
    [['127.0.0.1', 'uniquelocal'], '198.51.100.1, 10.1.2.3, 192.168.0.9', '198.51.100.1'],
    [['10.0.0.0/8'], '198.51.100.1', '127.0.0.1'],
    [['loopback', 'linklocal'], '198.51.100.1, fe80::1%eth0', '198.51.100.1'],
    [['loopback'], '::ffff:203.0.113.1', '::ffff:203.0.113.1'],
    [['loopback', '203.0.113.0/24'], '198.51.100.1, ::ffff:203.0.113.1', '198.51.100.1'],
    // Ports and brackets.
    [true, '203.0.113.1:4711', '203.0.113.1'],
    [true, V6, V6],
    [true, `[${V6}]`, V6],
    [true, `[${V6}]:4711`, V6],
    // What is no address ends the way.
    [true, '198.51.100.1, unknown, 203.0.113.1', '203.0.113.1'],
    [true, '198.51.100.1, _hidden', '127.0.0.1'],
    [true, '198.51.100.1,,203.0.113.1', '203.0.113.1'],
    [true, '', '127.0.0.1'],
    [true, ' ', '127.0.0.1'],
    [true, ',', '127.0.0.1'],
    [true, '999.1.1.1', '127.0.0.1'],
    [true, '[203.0.113.1]', '127.0.0.1'],
    [true, '[', '127.0.0.1'],
    [true, '1.2.3.4:', '127.0.0.1'],
    [true, '"203.0.113.1"', '127.0.0.1'],
    [true, '203.0.113.1\u0000', '127.0.0.1'],
    [true, '<script>alert(1)</script>', '127.0.0.1'],
  ])('trusting %j, of %j, is %s', (trust, header, client) => {
    expect(clientOf(trust, forwardedFor(header))).toBe(client);
  });

  it.each<[string, string]>([
    ['for=203.0.113.1', '203.0.113.1'],
    ['for=198.51.100.1, for=203.0.113.1', '203.0.113.1'],
    ['For="[2001:db8:cafe::17]:4711";proto=https', V6],
    ['proto=https;for=203.0.113.1;by=10.0.0.1', '203.0.113.1'],
    ['for="203.0.113.1:80"', '203.0.113.1'],
    ['for=unknown', '127.0.0.1'],
    ['for=_gazonk', '127.0.0.1'],
    ['proto=https', '127.0.0.1'],
    ['xfor=203.0.113.1', '127.0.0.1'],
    ['for="a,for=203.0.113.1"', '127.0.0.1'],
    ['for=203.0.113.1;host="x,for=6.6.6.6"', '127.0.0.1'],
    ['for=203.0.113.1;host="x,for=6.6.6.6;y=\\""', '127.0.0.1'],
    ['for=203.0.113.1;host="x"', '203.0.113.1'],
    ['for=', '127.0.0.1'],
  ])('of Forwarded: %s is %s', (forwarded, client) => {
    expect(clientOf(1, { forwarded })).toBe(client);
  });

  it('is read from X-Forwarded-For alone where there is one', () => {
    const headers = { 'x-forwarded-for': '203.0.113.1', forwarded: 'for=198.51.100.1' };
    expect(clientOf(true, headers)).toBe('203.0.113.1');
  });

  it('is found behind a socket without an address, as that of a file', () => {
    expect(clientOf(1, forwardedFor('203.0.113.1'), '')).toBe('203.0.113.1');
    expect(
      clientBehind(['loopback'])?.({ peerAddress: undefined, header: () => '203.0.113.1' }),
    ).toBe(undefined);
  });

  it('costs a hostile header no more than an honest one', () => {
    const hostile = [
      Array(10_000).fill('10.0.0.1').join(','),
      ','.repeat(100_000),
      'a'.repeat(1_000_000),
      `${'['.repeat(500_000)}, 10.0.0.1`,
      Array(10_000).fill('for="[::1]:1"').join(','),
      `for=${'"'.repeat(200_000)}`,
    ];
    const started = performance.now();
    for (let times = 0; times < 100; times++) {
      for (const value of hostile) {
        clientOf(true, forwardedFor(value));
        clientOf(['uniquelocal', 'loopback'], { forwarded: value });
      }
    }
    // 1,200 headers of up to a megabyte; reading them in full takes a hundred times as long.
    expect(performance.now() - started).toBeLessThan(2000);
    expect(
      clientOf(true, forwardedFor(`6.6.6.6,${Array(10_000).fill('10.0.0.1').join(',')}`)),
    ).toBe('10.0.0.1');
  });
});

describe('requests.trustProxy', () => {
  async function told(trustProxy: TrustProxy | undefined, headers: Record<string, string>) {
    const memory = createSpanMemory();
    const sink = createLogSink();
    const server = createServer((_request, response) => response.end());
    const monitoring = setupMonitoring(server, {
      logs: { destination: sink },
      traces: { exporter: memory },
      ...(trustProxy !== undefined && { requests: { trustProxy } }),
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await new Promise<void>((resolve, reject) => {
      request({ port, host: '127.0.0.1', headers }, (answer) => {
        answer.resume().on('end', resolve);
      })
        .on('error', reject)
        .end();
    });
    server.closeAllConnections();
    server.close();
    await monitoring.shutdown();
    const { attributes } = memory.named('GET');
    return {
      line: sink.requests()[0]?.client_address,
      span: attributes['client.address'],
      peer: attributes['network.peer.address'],
    };
  }

  it('is off: a header is never believed', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.1', forwarded: 'for=203.0.113.1' };
    expect(await told(undefined, headers)).toEqual({
      line: '127.0.0.1',
      span: '127.0.0.1',
      peer: undefined,
    });
  });

  it('finds the same client for the line and the span', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.1' };
    expect(await told(['loopback'], headers)).toEqual({
      line: '203.0.113.1',
      span: '203.0.113.1',
      peer: '127.0.0.1',
    });
    expect(await told(['loopback'], {})).toMatchObject({ line: '127.0.0.1', span: '127.0.0.1' });
  });

  it.each([[-1], [1.5], ['loopback'], [['10.0.0.0/33']], [['proxy']], [[7]], [{}]])(
    'refuses %j',
    (trustProxy) => {
      expect(() => createMonitoring({ requests: { trustProxy: trustProxy as never } })).toThrow(
        'option requests.trustProxy: expected true, false, a number of proxies, or a list of networks',
      );
    },
  );
});
