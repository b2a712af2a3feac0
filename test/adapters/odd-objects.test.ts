import { createServer, ServerResponse } from 'node:http';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { setupMonitoring } from '../../src/index.js';

/** Requests and responses as tests and function platforms make them up. */
const ODD: readonly [string, unknown, unknown][] = [
  ['nothing at all', {}, {}],
  ['no headers', { method: 'GET', url: '/x', socket: {} }, {}],
  ['no socket', { method: 'GET', url: '/x', headers: {} }, { emit: () => true }],
  ['a target that is no text', { method: 'GET', url: 7, headers: {}, socket: {} }, {}],
  ['frozen objects', Object.freeze({ method: 'GET', url: '/x', headers: {} }), Object.freeze({})],
  ['an endpoint and no response', { method: 'GET', url: '/health', headers: {} }, { destroy() {} }],
];

describe('made-up requests', () => {
  it.each(ODD)('with %s reach a server as ever', async (_, request, response) => {
    const seen: unknown[] = [];
    const server = createServer();
    server.on('request', (...args) => seen.push(args));
    const monitoring = setupMonitoring(server, { logs: false });
    expect(server.emit('request', request as never, response as never)).toBe(true);
    const isEndpoint = (request as { url?: unknown }).url === '/health';
    expect(seen).toEqual(isEndpoint ? [] : [[request, response]]);
    await monitoring.shutdown();
  });

  it('reach an Express application without a socket', async () => {
    const app = express();
    app.get('/users/:id', (request, response) => {
      response.statusCode = 201;
      response.emit('finish');
      expect(request.params.id).toBe('7');
    });
    const monitoring = setupMonitoring(app, { logs: false });
    const request = { method: 'GET', url: '/users/7', headers: {} };
    const response = new ServerResponse(request as never);
    (app as unknown as (request: unknown, response: unknown) => void)(request, response);
    expect(await monitoring.metrics.text()).toContain(
      'http_requests_total{method="GET",route="/users/:id",status="201"} 1',
    );
    await monitoring.shutdown();
  });

  it('may borrow the emit of a response', async () => {
    const server = createServer();
    let borrowed: ((...args: unknown[]) => boolean) | undefined;
    server.on('request', (_request, response) => {
      borrowed = response.emit as never;
      response.end();
    });
    const monitoring = setupMonitoring(server, { logs: false });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await fetch(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
    const { EventEmitter } = await import('node:events');
    const other = new EventEmitter();
    const heard: unknown[] = [];
    other.on('news', (news) => heard.push(news));
    borrowed?.call(other, 'news', 7);
    expect(heard).toEqual([7]);
    server.closeAllConnections();
    server.close();
    await monitoring.shutdown();
  });
});
