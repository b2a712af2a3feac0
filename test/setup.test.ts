import { trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { createMonitoring, setupMonitoring, TelltaleError } from '../src/index.js';

const quiet = { logs: false } as const;
const listenersBefore = process.listeners('exit');

function errorOf(call: () => unknown): TelltaleError {
  try {
    call();
  } catch (error) {
    return error as TelltaleError;
  }
  throw new Error('expected a throw');
}

describe('setupMonitoring', () => {
  it.each([
    [123, 'number 123'],
    [null, 'null'],
    [undefined, 'undefined'],
    [1n, 'bigint 1'],
    [Symbol('s'), 'symbol Symbol(s)'],
    ['app', 'string "app"'],
    [{}, 'an object of Object'],
    [() => {}, 'a function named'],
    [new Map(), 'an object of Map'],
    [Object.create(null), 'an object of no class'],
  ])('refuses %s with one clear error', (app, shown) => {
    const error = errorOf(() => setupMonitoring(app as never));
    expect(error).toBeInstanceOf(TelltaleError);
    expect(error.code).toBe('TELLTALE_UNKNOWN_APP');
    expect(error.message).toContain(
      'Express application, a Fastify instance or a Node http server',
    );
    expect(error.message).toContain(shown);
  });
});

describe('options', () => {
  it.each<[unknown, string]>([
    [{ metrcs: {} }, 'options: unknown key "metrcs"; did you mean "metrics"?'],
    [{ metrics: { bucket: [1] } }, 'option metrics: unknown key "bucket"; did you mean "buckets"?'],
    [{ zzzzzzzzzz: 1 }, 'options: unknown key "zzzzzzzzzz" Known keys: serviceName'],
    [
      { metrics: { buckets: [2, 1] } },
      'option metrics.buckets: expected a list of ascending numbers, got a list of 2',
    ],
    [
      { metrics: { prefix: '9' } },
      'option metrics.prefix: expected letters, digits and _, got "9"',
    ],
    [
      { metrics: { registry: {} } },
      "option metrics.registry: expected prom-client's Registry, got an object",
    ],
    [{ metrics: true }, 'option metrics: expected an object of options, got true'],
    [
      { logs: { level: 'loud' } },
      'option logs.level: expected one of trace, debug, info, warn, error, fatal, silent, got "loud"',
    ],
    [
      { logs: { destination: {} } },
      "option logs.destination: expected a file's path, a file descriptor or a stream, got an object",
    ],
    [
      { traces: { sampleRatio: 10 } },
      'option traces.sampleRatio: expected a number from 0 to 1, got 10',
    ],
    [
      { traces: { endpoint: 'collector' } },
      'option traces.endpoint: expected an http or https URL, got "collector"',
    ],
    [{ traces: { exporter: 'jaeger2' } }, 'option traces.exporter: expected'],
    [
      { health: { timeout: '1s' } },
      'option health.timeout: expected a number of milliseconds above 0, got "1s"',
    ],
    [
      { health: { checks: { dsk: {} } } },
      'option health.checks: unknown key "dsk"; did you mean "disk"?',
    ],
    [
      { health: { checks: { disk: { warn: 300 } } } },
      'option health.checks.disk.warn: expected a number of per cent',
    ],
    [
      { endpoints: { metrics: 'metrics' } },
      'option endpoints.metrics: expected a path such as "/metrics", got "metrics"',
    ],
    [{ endpoints: { metrics: '/m?x' } }, 'option endpoints.metrics: expected a path'],
    [
      { requests: { ignore: [7] } },
      'option requests.ignore: expected a list of paths and patterns, or a function',
    ],
    [{ serviceName: '' }, 'option serviceName: expected a text, got ""'],
    [{ instrumentation: [{}] }, 'option instrumentation.0: expected an instrumentation'],
    [{ shutdown: { timeout: -1 } }, 'option shutdown.timeout: expected a number of milliseconds'],
    [
      { shutdown: { signals: ['SIGKILL'] } },
      'option shutdown.signals: expected a list of signals that can be caught, such as ["SIGTERM", "SIGINT"], got a list of 1',
    ],
    [{ shutdown: { signals: 'SIGTERM' } }, 'option shutdown.signals: expected a list of signals'],
    [
      { shutdown: { onShutdown: [7] } },
      'option shutdown.onShutdown: expected a function or a list of functions, got a list of 1',
    ],
    [{ shutdown: { beforeShutdown: 7 } }, 'option shutdown.beforeShutdown: expected a function'],
    [{ shutdown: { exit: 0 } }, 'option shutdown.exit: expected true or false, got 0'],
    [{ shutdown: { drainDelay: '5s' } }, 'option shutdown.drainDelay: expected a number of'],
    [7, 'options: expected an object of options, got 7'],
    [null, 'options: expected an object of options, got null'],
  ])('%j is refused', (options, message) => {
    const error = errorOf(() => createMonitoring(options as never));
    expect(error.code).toBe('TELLTALE_INVALID_OPTION');
    expect(error.message).toContain(message);
  });

  it('refuses two endpoints on one path', () => {
    const error = errorOf(() => createMonitoring({ endpoints: { metrics: '/x', health: '/x' } }));
    expect(error.message).toContain(
      'option endpoints: expected a path of its own for each endpoint',
    );
    expect(error.message).toContain('"/x"');
  });

  it('accepts every option there is', async () => {
    const monitoring = createMonitoring({
      serviceName: 'a',
      serviceVersion: '1',
      environment: 'test',
      metrics: { prefix: 'p_', labels: { region: 'eu' }, buckets: [1, 2] },
      logs: { level: 'silent', redact: ['a.b'], requests: false, destination: { write() {} } },
      traces: {
        exporter: ['none', 'console', 'zipkin', 'jaeger', 'otlp'],
        processors: [],
        sampleRatio: 0.5,
        endpoint: 'http://127.0.0.1:1',
      },
      health: {
        timeout: 1,
        cacheFor: 1,
        checks: { disk: false, memory: { warn: 1, fail: 2 }, eventLoop: {} },
      },
      requests: { ignore: ['/a', /b/], route: () => undefined, genReqId: () => 'x' },
      endpoints: { metrics: false, health: '/h', live: '/l', ready: '/r', startup: false },
      shutdown: {
        signals: ['SIGTERM', 'SIGINT'],
        servers: true,
        drainDelay: 1,
        timeout: 10,
        beforeShutdown() {},
        onShutdown: [() => {}, async () => {}],
        exit: false,
      },
      instrumentation: [{ name: 'x', install: () => () => {} }],
    });
    expect(await monitoring.metrics.text()).toContain(
      'p_app_build_info{region="eu",service="a",version="1",environment="test"} 1',
    );
    await monitoring.shutdown();
  });
});

describe('the environment', () => {
  async function reportWith(env: Record<string, string>, options = {}) {
    const before = { ...process.env };
    Object.assign(process.env, env);
    try {
      const monitoring = createMonitoring({ ...quiet, ...options });
      const report = await monitoring.health.report();
      const [info] = (await monitoring.metrics.text()).match(/^app_build_info.*/m) ?? [];
      return { report, info };
    } finally {
      process.env = before;
    }
  }

  it('names the service, code first', async () => {
    const env = {
      OTEL_SERVICE_NAME: 'otel',
      OTEL_RESOURCE_ATTRIBUTES: 'service.version=9.9,deployment.environment.name=st%20age,bad',
    };
    expect((await reportWith({})).report.service).toBe('vitest');
    expect((await reportWith(env)).info).toBe(
      'app_build_info{service="otel",version="9.9",environment="st age"} 1',
    );
    expect((await reportWith({ ...env, TELLTALE_SERVICE_NAME: 'own' })).report.service).toBe('own');
    const inCode = await reportWith(
      { ...env, TELLTALE_SERVICE_NAME: 'own' },
      { serviceName: 'code' },
    );
    expect(inCode.report).toMatchObject({ service: 'code', version: '9.9' });
  });

  it('sets the log level, passing over names that are none', () => {
    const levelWith = (env: Record<string, string>, level?: 'warn') => {
      const before = { ...process.env };
      Object.assign(process.env, env);
      const { logger } = createMonitoring({
        logs: { destination: { write() {} }, ...(level && { level }) },
      });
      process.env = before;
      return logger.level;
    };
    expect(levelWith({})).toBe('info');
    expect(levelWith({ LOG_LEVEL: 'DEBUG' })).toBe('debug');
    expect(levelWith({ LOG_LEVEL: 'debug', TELLTALE_LOG_LEVEL: 'error' })).toBe('error');
    expect(levelWith({ LOG_LEVEL: 'verbose' })).toBe('info');
    expect(levelWith({ LOG_LEVEL: 'debug' }, 'warn')).toBe('warn');
  });
});

describe('the life of a Monitoring', () => {
  it('adds no second listener to the process, and none for a stream that is not its own', async () => {
    const listeners = process.listenerCount('exit');
    const streams = [1, 2].map(() => createMonitoring({ logs: { destination: { write() {} } } }));
    const files = [1, 2].map(() => createMonitoring({ logs: { destination: '/dev/null' } }));
    for (const one of streams) one.start();
    expect(process.listenerCount('exit')).toBe(listeners);
    for (const one of files) one.start();
    expect(process.listenerCount('exit')).toBe(listeners + 1);
    await files[0]?.shutdown();
    expect(process.listenerCount('exit')).toBe(listeners + 1);
    for (const one of [...files, ...streams]) await one.shutdown();
    expect(process.listenerCount('exit')).toBe(listeners);
  });

  it('creates without touching anything global', () => {
    createMonitoring(quiet);
    createMonitoring();
    expect(process.listeners('exit')).toEqual(listenersBefore);
    expect(trace.getTracer('x').startSpan('is nobody’s').spanContext().traceId).toMatch(/^0+$/);
  });

  it('gives back every global, and starts and stops any number of times', async () => {
    const listeners = process.listenerCount('exit');
    const monitoring = createMonitoring({ logs: { destination: '/dev/null' } });
    monitoring.start();
    monitoring.start();
    expect(process.listenerCount('exit')).toBe(listeners + 1);
    await Promise.all([monitoring.shutdown(), monitoring.shutdown()]);
    await monitoring.shutdown();
    expect(process.listenerCount('exit')).toBe(listeners);
    const next = createMonitoring({ logs: { destination: { write() {} } } });
    next.start();
    expect(trace.getTracer('x').startSpan('joins again').spanContext().traceId).not.toMatch(/^0+$/);
    await next.shutdown();
    expect(trace.getTracer('y').startSpan('is nobody’s').spanContext().traceId).toMatch(/^0+$/);
  });

  it('shuts down in time whatever a part does', async () => {
    const monitoring = createMonitoring({
      ...quiet,
      shutdown: { timeout: 50 },
      traces: { exporter: { export() {}, shutdown: () => new Promise(() => {}) } },
      instrumentation: [
        {
          name: 'bad',
          install() {
            throw new Error('cannot install');
          },
        },
      ],
    });
    monitoring.start();
    const started = performance.now();
    await monitoring.shutdown();
    expect(performance.now() - started).toBeLessThan(1000);
    expect(await monitoring.metrics.text()).toContain(
      'telltale_faults_total{part="instrumentation/bad"} 1',
    );
  });
});
