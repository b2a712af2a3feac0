import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createMonitoring, type Instrumentation } from '../../src/index.js';
import { createLogSink } from '../support/log-sink.js';
import { until } from '../support/until.js';

const quiet = { logs: false } as const;

async function readiness(monitoring: ReturnType<typeof createMonitoring>) {
  return (await monitoring.health.report('ready')).status;
}

describe('shutdown', () => {
  it('is one, however often it is asked for, and takes readiness away at once', async () => {
    let calls = 0;
    const monitoring = createMonitoring({
      ...quiet,
      shutdown: { onShutdown: () => void calls++, beforeShutdown: () => sleep(50) },
    });
    monitoring.start();
    const all = [monitoring.shutdown(), monitoring.shutdown()];
    expect(await readiness(monitoring)).toBe('unhealthy');
    await Promise.all([...all, monitoring.shutdown()]);
    await monitoring.shutdown();
    expect(calls).toBe(1);
  });

  it('calls hooks in reverse, after what comes before and before what is last', async () => {
    const order: string[] = [];
    const sink = createLogSink();
    const step = (name: string) => async () => {
      await sleep(5);
      order.push(name);
      monitoring.logger.info(name);
    };
    const monitoring = createMonitoring({
      logs: { destination: sink },
      traces: {
        exporter: {
          export: (_spans, done) => done({ code: 0 }),
          shutdown: async () => void order.push('spans'),
        },
      },
      shutdown: { beforeShutdown: step('before'), onShutdown: [step('pool'), step('queue')] },
    });
    monitoring.start();
    await monitoring.shutdown();
    expect(order).toEqual(['before', 'queue', 'pool', 'spans']);
    expect(sink.lines.map(({ msg }) => msg)).toEqual(['before', 'queue', 'pool']);
  });

  it('gives each hook an even share of the time, and cuts in one line', async () => {
    const sink = createLogSink();
    const called: string[] = [];
    const hang = (name: string) =>
      Object.defineProperty(
        () => {
          called.push(name);
          return new Promise(() => {});
        },
        'name',
        { value: name },
      );
    const monitoring = createMonitoring({
      logs: { destination: sink },
      shutdown: { timeout: 400, onShutdown: [hang('a'), hang('b'), hang('c')] },
    });
    const started = performance.now();
    await monitoring.shutdown();
    expect(performance.now() - started).toBeLessThan(1000);
    expect(called).toEqual(['c', 'b', 'a']);
    const cut = ['c', 'b', 'a'].map((name) => `shutdown.onShutdown/${name}`);
    expect(sink.lines).toHaveLength(1);
    expect(sink.lines[0]).toMatchObject({ level: 40, cut });
  });

  it('leaves time to what comes after a hook that hangs', async () => {
    const sink = createLogSink();
    const done: string[] = [];
    const slow = (name: string) => async () => {
      await sleep(200);
      done.push(name);
    };
    const hang = () => new Promise(() => {});
    const monitoring = createMonitoring({
      logs: { destination: sink },
      traces: { exporter: { export() {}, shutdown: slow('spans') } },
      shutdown: { timeout: 3000, onShutdown: [slow('first'), slow('second'), hang, hang, hang] },
    });
    monitoring.start();
    await monitoring.shutdown();
    expect(done).toEqual(['second', 'first', 'spans']);
    expect(sink.lines.flatMap(({ cut }) => cut)).toEqual(Array(3).fill('shutdown.onShutdown/hang'));
  });

  it('has no time at all, and does everything once', async () => {
    let calls = 0;
    const monitoring = createMonitoring({
      ...quiet,
      shutdown: { timeout: 0, onShutdown: [() => calls++, () => calls++] },
    });
    monitoring.start();
    await monitoring.shutdown();
    expect(calls).toBe(2);
  });

  it('waits for load balancers where nobody has taken the servers from it', async () => {
    const monitoring = createMonitoring({ ...quiet, shutdown: { drainDelay: 200 } });
    const started = performance.now();
    await monitoring.shutdown();
    expect(performance.now() - started).toBeGreaterThan(190);
  });

  it('does not where it closes them and there are none', async () => {
    const monitoring = createMonitoring({
      ...quiet,
      shutdown: { drainDelay: 20_000, servers: true },
    });
    monitoring.attach(createServer());
    const started = performance.now();
    await monitoring.shutdown();
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('may come in the middle of the start, which then goes no further', async () => {
    const installed: string[] = [];
    const one = (name: string, then?: () => void): Instrumentation => ({
      name,
      install() {
        installed.push(name);
        then?.();
        return () => void installed.splice(installed.indexOf(name), 1);
      },
    });
    let ended: Promise<void> | undefined;
    const monitoring = createMonitoring({
      ...quiet,
      instrumentation: [
        one('first', () => {
          ended = monitoring.shutdown();
        }),
        one('second'),
      ],
    });
    monitoring.start();
    expect(installed).toEqual(['first']);
    await ended;
    expect(installed).toEqual([]);
  });

  it('is for good', async () => {
    let installed = false;
    const install = () => {
      installed = true;
      return () => {};
    };
    const monitoring = createMonitoring({ ...quiet, instrumentation: [{ name: 'x', install }] });
    await monitoring.shutdown();
    monitoring.start();
    expect(installed).toBe(false);
  });

  it('leaves no timer and no listener behind', async () => {
    const signals = ['SIGTERM', 'SIGINT'] as const;
    const listeners = () => [...signals, 'exit'].map((name) => process.listenerCount(name));
    const timers = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = { listeners: listeners(), timers: timers() };
    const options = { ...quiet, metrics: false, shutdown: { signals } } as const;
    const [one, other] = [createMonitoring(options), createMonitoring(options)];
    expect(listeners()).toEqual(before.listeners);
    for (const monitoring of [one, other, one]) monitoring.start();
    expect(listeners()).toEqual(before.listeners.map((count, i) => (i < 2 ? count + 1 : count)));
    await one.shutdown();
    expect(listeners()[0]).toBe((before.listeners[0] ?? 0) + 1);
    await other.shutdown();
    expect({ listeners: listeners(), timers: timers() }).toEqual(before);
  });
});

describe('a signal', () => {
  it('ends all that runs in the process', async () => {
    const ended: string[] = [];
    const monitorings = ['one', 'other'].map((name, i) =>
      createMonitoring({
        ...quiet,
        shutdown: {
          signals: i === 0 ? ['SIGUSR2'] : ['SIGUSR2', 'SIGHUP'],
          exit: false,
          onShutdown: () => void ended.push(name),
        },
      }),
    );
    for (const monitoring of monitorings) monitoring.start();
    process.kill(process.pid, 'SIGHUP');
    await until(() => ended.length === 2, 'both have ended');
    await Promise.all(monitorings.map((monitoring) => monitoring.shutdown()));
    expect(process.listenerCount('SIGHUP') + process.listenerCount('SIGUSR2')).toBe(0);
  });
});

describe('a beacon', () => {
  it('holds the shutdown up while it lives, with everything as it was but readiness', async () => {
    let hookRan = false;
    const monitoring = createMonitoring({
      ...quiet,
      shutdown: { timeout: 20_000, onShutdown: () => void (hookRan = true) },
    });
    monitoring.beacon().die();
    const [long, longer] = [monitoring.beacon({ job: 'import' }), monitoring.beacon()];
    const ended = monitoring.shutdown();
    long.die();
    long.die();
    await sleep(50);
    expect([hookRan, await readiness(monitoring)]).toEqual([false, 'unhealthy']);
    longer[Symbol.dispose]();
    await ended;
    expect(hookRan).toBe(true);
  });

  it('holds it up for half of the time at most, and is named then', async () => {
    const sink = createLogSink();
    const monitoring = createMonitoring({
      logs: { destination: sink },
      shutdown: { timeout: 300 },
    });
    const self: Record<string, unknown> = { job: 'import', size: 10n };
    self.self = self;
    monitoring.beacon(self);
    await monitoring.shutdown();
    expect(sink.lines).toHaveLength(1);
    expect(sink.lines[0]?.msg).toMatch(/^telltale: shutdown cut beacon .*job: 'import', size: 10n/);
  });
});
