import { afterEach, describe, expect, it } from 'vitest';
import { startCollector } from '../../../services/collector.js';
import type { LogLine } from '../../../support/log-sink.js';
import {
  type SentryEvent,
  type SentryReceiver,
  type SentrySpan,
  startSentryReceiver,
} from '../../../support/sentry-receiver.js';
import { type Service, type ServiceStart, startService } from './service.js';

let receiver: SentryReceiver;
afterEach(() => receiver.close());

async function start(
  { env, ...rest }: Omit<ServiceStart, 'first'> & { first?: string },
  rate?: number,
): Promise<Service> {
  receiver = await startSentryReceiver();
  return startService({
    first: 'sentry.cjs',
    ...rest,
    env: {
      SENTRY_DSN: receiver.dsn,
      ...(rate !== undefined && { SENTRY_RATE: String(rate) }),
      ...env,
    },
  });
}

const isServer = ({ contexts }: SentryEvent) => contexts.trace.op === 'http.server';
const place = ({ trace_id, span_id }: SentrySpan | LogLine) => `${trace_id}/${span_id}`;

describe('Sentry that traces', () => {
  it.each(['express', 'fastify', 'node'] as const)(
    'is joined by %s: one transaction a request, whose ids all lines have',
    async (kind) => {
      const service = await start({ kind }, 1);
      const answers = await service.load(100);
      const { exposition } = await service.end();
      const servers = receiver.transactions.filter(isServer);
      expect(servers).toHaveLength(100);
      const places = servers.map(({ contexts }) => place(contexts.trace));
      const requests = service.requestLines();
      expect(requests.map(place).sort()).toEqual(places.sort());
      expect(new Set(servers.map(({ contexts }) => contexts.trace.trace_id)).size).toBe(100);

      for (const { contexts, spans = [] } of servers) {
        const { trace_id } = contexts.trace;
        const names = spans.map(({ description }) => description);
        expect(names).toEqual(expect.arrayContaining(['traced', 'cart.price']));
        expect(new Set(spans.map((span) => span.trace_id))).toEqual(new Set([trace_id]));
        const lines = service.lines.filter((line) => line.trace_id === trace_id);
        expect(lines.map(({ msg }) => msg).sort()).toEqual([
          'inside',
          'observed',
          'request completed',
        ]);
        expect(new Set(lines.map(({ request_id }) => request_id)).size).toBe(1);
        const observed = lines.find(({ msg }) => msg === 'observed');
        const priced = spans.find(({ description }) => description === 'cart.price');
        expect(observed?.span_id).toBe(priced?.span_id);
      }
      for (const { traceId, headers } of answers) {
        expect(headers.traceparent).toContain(`00-${traceId}-`);
        expect(headers['sentry-trace']).toContain(`${traceId}-`);
      }
      const [, exemplar] = /trace_id="(\w+)"/.exec(exposition) ?? [];
      expect(servers.map(({ contexts }) => contexts.trace.trace_id)).toContain(exemplar);
    },
  );

  it.each(['express', 'node'] as const)('is joined by ES modules with %s', async (kind) => {
    const service = await start({ kind, first: 'sentry.mjs', program: 'service.mjs' }, 1);
    await service.load(20);
    await service.end();
    const servers = receiver.transactions.filter(isServer);
    expect(servers).toHaveLength(20);
    expect(service.requestLines().map(place).sort()).toEqual(
      servers.map(({ contexts }) => place(contexts.trace)).sort(),
    );
  });

  it('decides on sampling: what it does not record has its ids all the same', async () => {
    const service = await start({ kind: 'express' }, 0);
    const answer = await service.get();
    await service.end();
    expect(receiver.transactions).toEqual([]);
    const [line] = service.requestLines();
    expect(line?.trace_id).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    expect(answer.traceId).toBe(line?.trace_id);
    expect(answer.headers.traceparent).toMatch(new RegExp(`^00-${line?.trace_id}-\\w{16}-00$`));
  });

  it.each(['express', 'node'] as const)(
    'is given the requests that it leaves out itself, with %s',
    async (kind) => {
      const service = await start({ kind }, 1);
      for (const method of ['HEAD', 'OPTIONS']) {
        await service.get('/users/7', { method }).catch(() => {});
      }
      await service.end();
      const places = receiver.transactions
        .filter(({ transaction }) => transaction !== 'after shutdown')
        .map(({ contexts }) => place(contexts.trace));
      expect(places).toHaveLength(2);
      expect(service.requestLines().map(place).sort()).toEqual(places.sort());
    },
  );

  it('started after telltale has no effect on traces, which is said once', async () => {
    const service = await start(
      { kind: 'express', first: 'late.cjs', env: { LATE: './sentry.cjs' } },
      1,
    );
    await service.load(10);
    await service.end();
    const places = service.requestLines().map(place);
    expect(new Set(places).size).toBe(10);
    expect(service.lines.filter(({ level }) => level === 40).map(({ msg }) => msg)).toEqual([
      expect.stringContaining('telltale: a tracer provider was registered after telltale'),
    ]);
  });
});

describe('Sentry that does not trace', () => {
  it.each(['express', 'fastify', 'node'] as const)(
    'is joined by %s: each request is one trace, that of its errors',
    async (kind) => {
      const service = await start({ kind, env: { CAPTURE: '1' } });
      await service.load(20);
      await service.end();
      expect(receiver.transactions).toEqual([]);
      const requests = service.requestLines();
      expect(new Set(requests.map(({ trace_id }) => trace_id)).size).toBe(20);
      expect(receiver.errors).toHaveLength(20);
      for (const { request_id, trace_id } of requests) {
        const inside = service.lines.filter((line) => line.request_id === request_id);
        expect(inside.map((line) => line.trace_id)).toEqual([trace_id, trace_id, trace_id]);
      }
      expect(receiver.errors.map(({ contexts }) => contexts.trace.trace_id).sort()).toEqual(
        requests.map(({ trace_id }) => trace_id).sort(),
      );
    },
  );

  it.each(['express', 'node'] as const)(
    'leaves tracing to telltale by "own" with %s, and its errors have telltale’s ids',
    async (kind) => {
      const collector = await startCollector();
      try {
        const service = await start({
          kind,
          env: { CAPTURE: '1', OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
          options: { traces: { exporter: 'otlp', tracerProvider: 'own' } },
        });
        await service.load(20);
        await service.end();
        const servers = (await collector.waitForSpans(60, 5000)).filter(
          (span) => span.kind === 'server',
        );
        const traces = servers.map(({ traceId }) => traceId).sort();
        expect(new Set(traces).size).toBe(20);
        expect(service.requestLines().map(place).sort()).toEqual(
          servers.map(({ traceId, spanId }) => `${traceId}/${spanId}`).sort(),
        );
        expect(receiver.errors.map(({ contexts }) => contexts.trace.trace_id).sort()).toEqual(
          traces,
        );
        expect(service.lines.filter(({ level }) => level === 40)).toEqual([]);
      } finally {
        await collector.stop();
      }
    },
  );

  it('goes on with the trace of the caller', async () => {
    const service = await start({ kind: 'express', env: { CAPTURE: '1' } });
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    await service.get('/users/7', { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
    await service.end();
    expect(service.requestLines()[0]?.trace_id).toBe(trace);
    expect(receiver.errors[0]?.contexts.trace.trace_id).toBe(trace);
  });
});
