import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { Check, HealthChange, HealthReport } from '../../../src/index.js';
import { until } from '../../support/until.js';
import { changeable, cleanUp, create, serve } from './support.js';

afterEach(cleanUp);

describe('damping', () => {
  it('holds on to a status until enough results in a row speak against it', async () => {
    const { health } = create();
    const { dependency, check } = changeable();
    health.register('it', check, { failAfter: 3, recoverAfter: 2 });
    const next = async (is: typeof dependency.is) => {
      dependency.is = is;
      return (await health.report('ready')).checks.it;
    };
    expect((await next('healthy'))?.status).toBe('healthy');
    expect(await next('unhealthy')).toMatchObject({
      status: 'healthy',
      message: 'unhealthy 1 of 3 times: error',
    });
    expect((await next('unhealthy'))?.status).toBe('healthy');
    expect((await next('healthy'))?.message).toBeUndefined();
    expect((await next('unhealthy'))?.status).toBe('healthy');
    expect((await next('unhealthy'))?.status).toBe('healthy');
    expect(await next('unhealthy')).toMatchObject({ status: 'unhealthy', class: 'error' });
    expect(await next('healthy')).toMatchObject({
      status: 'unhealthy',
      class: 'error',
      message: 'healthy 1 of 2 times',
    });
    expect((await next('unhealthy'))?.status).toBe('unhealthy');
    expect((await next('healthy'))?.status).toBe('unhealthy');
    expect((await next('healthy'))?.status).toBe('healthy');
  });

  it('does not hold on to knowing nothing, but to an initial status that is given', async () => {
    const { health } = create();
    health.register('unknown', () => false, { failAfter: 3 });
    health.register('assumed', () => false, { failAfter: 2, initial: 'healthy' });
    const first = await health.report();
    expect(first.checks.unknown?.status).toBe('unhealthy');
    expect(first.checks.assumed?.status).toBe('healthy');
    expect((await health.report()).checks.assumed?.status).toBe('unhealthy');
  });

  it('counts a run that has not ended as a further failure', async () => {
    const { health } = create({ timeout: 50 });
    const { dependency, check } = changeable();
    health.register('it', check, { failAfter: 2 });
    expect((await health.report()).status).toBe('healthy');
    dependency.is = 'never';
    expect((await health.report()).status).toBe('healthy');
    expect((await health.report()).checks.it).toMatchObject({
      status: 'unhealthy',
      class: 'timeout',
    });
    expect(dependency.runs).toBe(2);
  });
});

describe('a check in the background', () => {
  it('runs from start on, and reports only read it', async () => {
    const monitoring = create();
    const { dependency, check } = changeable();
    monitoring.health.register('it', check, { interval: 50 });
    await sleep(120);
    expect(dependency.runs).toBe(0);
    monitoring.start();
    await until(() => dependency.runs >= 3, 'it has run three times');
    const { runs } = dependency;
    await Promise.all(Array.from({ length: 50 }, () => monitoring.health.report('ready')));
    expect(dependency.runs - runs).toBeLessThanOrEqual(1);
    dependency.is = 'unhealthy';
    await until(
      async () => (await monitoring.health.report('ready')).status === 'unhealthy',
      'it is seen to fail',
    );
    dependency.is = 'healthy';
    await until(
      async () => (await monitoring.health.report('ready')).status === 'healthy',
      'it is seen to recover',
    );
    await monitoring.shutdown();
    const after = dependency.runs;
    await sleep(150);
    expect(dependency.runs).toBe(after);
  });

  it('is not waited for, is unknown before its first result, and does not make ready', async () => {
    const { health, base } = await serve();
    let answer: (value: boolean) => void = () => {};
    const answered = new Promise<boolean>((resolve) => {
      answer = resolve;
    });
    health.register('it', () => answered, { interval: 10_000 });
    const response = await fetch(`${base}/health/ready`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: 'unknown',
      checks: { it: { status: 'unknown', message: 'no result yet', latency_ms: 0 } },
    });
    answer(true);
    await until(async () => (await fetch(`${base}/health/ready`)).ok, 'it is ready');
  });

  it('has the initial status that it is given before its first result', async () => {
    const { health, base } = await serve();
    const never = () => new Promise<void>(() => {});
    health.register('it', never, { interval: 10_000, initial: 'degraded' });
    const response = await fetch(`${base}/health/ready`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'degraded' });
  });

  it('is unknown when its result is too old', async () => {
    const monitoring = create();
    const { dependency, check } = changeable();
    monitoring.health.register('it', check, { interval: 30, timeout: 30 });
    monitoring.start();
    await until(() => dependency.runs > 1, 'it has run');
    const changes: HealthChange[] = [];
    monitoring.health.onChange((change) => changes.push(change));
    // With the loop blocked nothing can have been refreshed, and nothing be said.
    const end = performance.now() + 200;
    while (performance.now() < end);
    const report = await monitoring.health.report('ready');
    expect(report.checks.it).toMatchObject({
      status: 'unknown',
      message: 'the last result is too old',
    });
    await until(
      async () => (await monitoring.health.report('ready')).status === 'healthy',
      'it is known again',
    );
    expect(changes.slice(0, 2).map(({ from, to }) => [from, to])).toEqual([
      ['healthy', 'unknown'],
      ['unknown', 'healthy'],
    ]);
  });

  it('runs on demand as long as nothing has been started', async () => {
    const { health } = create();
    health.register('it', () => {}, { interval: 1000 });
    expect((await health.report('ready')).status).toBe('healthy');
  });

  it('does not keep the process alive, and many do not run in step', async () => {
    const monitoring = create();
    const times: number[][] = Array.from({ length: 5 }, () => []);
    for (const [i, list] of times.entries()) {
      const note = () => {
        list.push(performance.now());
      };
      monitoring.health.register(`it${i}`, note, { interval: 100 });
    }
    const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    const before = timers();
    monitoring.start();
    expect(timers()).toBe(before);
    await until(() => times.every((list) => list.length >= 12), 'each has run a dozen times');
    const last = times.map((list) => list[11] as number);
    expect(Math.max(...last) - Math.min(...last)).toBeGreaterThan(5);
    const gaps = times.flatMap((list) => list.slice(1).map((at, i) => at - (list[i] as number)));
    expect(Math.min(...gaps)).toBeGreaterThan(50);
  });
});

describe('a check that depends on another', () => {
  it('is not run while that one is down, and says what it waits for', async () => {
    const { health } = create();
    const network = changeable('unhealthy');
    const database = changeable();
    const orders = changeable();
    health.register('orders', orders.check, { dependsOn: ['database'], critical: false });
    health.register('database', database.check, { dependsOn: ['network'] });
    health.register('network', network.check, { probes: [] });
    const report = await health.report('ready');
    expect(report.status).toBe('unknown');
    expect(report.checks).toEqual({
      orders: { status: 'unknown', message: 'waits for database', latency_ms: 0 },
      database: { status: 'unknown', message: 'waits for network', latency_ms: 0 },
    });
    expect([network, database, orders].map(({ dependency }) => dependency.runs)).toEqual([1, 0, 0]);
    network.dependency.is = 'degraded';
    expect((await health.report('ready')).status).toBe('healthy');
    expect([network, database, orders].map(({ dependency }) => dependency.runs)).toEqual([2, 1, 1]);
  });

  it('is run after a first result in the background, and not an interval later', async () => {
    const monitoring = create();
    const { health } = monitoring;
    health.register('a', () => sleep(50).then(() => true), { interval: 10_000 });
    health.register('b', () => true, { interval: 10_000, dependsOn: ['a'] });
    monitoring.start();
    await until(async () => (await health.report('ready')).status === 'healthy', 'both are known');
  });

  it('is refused when it closes a circle', () => {
    const { health } = create();
    health.register('a', () => {}, { dependsOn: ['b'] });
    health.register('b', () => {}, { dependsOn: ['c', 'x'] });
    expect(() => health.register('c', () => {}, { dependsOn: ['a'] })).toThrow(
      'health check "c": dependsOn must be without a cycle, got c → a → b → c',
    );
    expect(() => health.register('d', () => {}, { dependsOn: ['d'] })).toThrow('got d → d');
    expect(() => health.register('c', () => {})).not.toThrow();
  });

  it('is unknown while the other is not registered, which is reported once', async () => {
    const { health, metrics } = create();
    health.register('it', () => {}, { dependsOn: ['databse'] });
    for (let i = 0; i < 3; i++) {
      expect((await health.report('ready')).checks.it).toMatchObject({
        status: 'unknown',
        message: 'waits for databse, which is not registered',
      });
    }
    expect(await metrics.text()).toContain('telltale_faults_total{part="health.dependsOn"} 1');
    health.register('databse', () => {});
    expect((await health.report('ready')).status).toBe('healthy');
  });
});

describe('the time of a report', () => {
  it('is within its budget, whatever checks depend on each other', async () => {
    const { health } = create({ timeout: 300 });
    for (let i = 0; i < 5; i++) {
      const dependsOn = i === 0 ? [] : [`c${i - 1}`];
      health.register(`c${i}`, () => sleep(110).then(() => true), { dependsOn, timeout: 5000 });
    }
    const started = performance.now();
    const report = await health.report('ready');
    const took = performance.now() - started;
    expect(took).toBeGreaterThan(250);
    expect(took).toBeLessThan(450);
    expect(Object.values(report.checks).map(({ status }) => status)).toEqual([
      'healthy',
      'healthy',
      'unhealthy',
      'unhealthy',
      'unhealthy',
    ]);
    expect(report.checks.c4).toMatchObject({
      class: 'timeout',
      message: 'no answer within 300 ms',
    });
  });

  it('is not over for an answer that came while the event loop was blocked', async () => {
    const { health } = create({ timeout: 150 });
    const dependency = new Worker(
      `const { parentPort } = require('node:worker_threads');
       parentPort.on('message', () => setTimeout(() => parentPort.postMessage('answer'), 30));`,
      { eval: true },
    );
    await once(dependency, 'online');
    health.register('it', async () => {
      dependency.postMessage('question');
      // After an immediate the loop goes on with its timers, and only then reads.
      setImmediate(() => {
        const end = performance.now() + 400;
        while (performance.now() < end);
      });
      await once(dependency, 'message');
    });
    expect((await health.report('ready')).checks.it).toMatchObject({ status: 'healthy' });
    await dependency.terminate();
  });
});

describe('a check that misbehaves', () => {
  const hostile = {
    get status() {
      throw new Error('getter');
    },
  };
  const circular = new Error('one');
  circular.cause = circular;
  const then = (
    settle: (resolve: (value: unknown) => void, reject: (error: Error) => void) => void,
  ) => {
    // biome-ignore lint/suspicious/noThenProperty: what breaks the rules of promises is the subject
    return () => ({ then: settle });
  };

  it.each<[string, () => unknown, object]>([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
      { class: 'error', message: 'boom' },
    ],
    [
      'throws what has no text',
      () => {
        throw Object.create(null);
      },
      { class: 'error' },
    ],
    [
      'throws in a circle',
      () => {
        throw circular;
      },
      { class: 'error' },
    ],
    ['has a getter that throws', () => hostile, { class: 'error', message: 'getter' }],
    [
      'has an unprintable message',
      () => ({ status: 'unhealthy', message: Object.create(null) }),
      { class: 'error' },
    ],
    ['has a class of its own', () => ({ status: 'unhealthy', class: 'mine' }), { class: 'error' }],
    [
      'resolves, then rejects',
      then((resolve, reject) => {
        resolve(false);
        reject(new Error('no'));
      }),
      { class: 'error', message: 'the check returned false' },
    ],
    [
      'rejects, then resolves',
      then((resolve, reject) => {
        reject(new Error('no'));
        resolve(true);
      }),
      { class: 'error', message: 'no' },
    ],
    [
      'rejects twice',
      then((_, reject) => {
        reject(new Error('first'));
        reject(new Error('second'));
      }),
      { message: 'first' },
    ],
    [
      'has a then that throws',
      then(() => {
        throw new Error('then');
      }),
      { message: 'then' },
    ],
    [
      'never settles',
      () => new Promise(() => {}),
      { class: 'timeout', message: 'no answer within 200 ms' },
    ],
    [
      'rejects when told to stop',
      () => new Promise((_, reject) => setTimeout(reject, 230, new Error('late'))),
      { class: 'timeout' },
    ],
    ['returns a function', () => () => {}, { class: 'error' }],
    ['returns a symbol', () => Symbol('s'), { class: 'error' }],
    ['returns a list', () => ['healthy'], { class: 'error' }],
  ])('that %s is unhealthy and spoils nothing', async (_, check, expected) => {
    const { health } = create();
    health.register('bad', check as Check, { critical: false });
    health.register('good', () => true);
    const report = await health.report('ready');
    expect(report.status).toBe('degraded');
    expect(report.checks.bad).toMatchObject({ status: 'unhealthy', ...expected });
    expect(report.checks.good?.status).toBe('healthy');
    await sleep(50);
  });

  it('is not run again beside a run that goes on, and recovers when that one ends', async () => {
    const { health } = create({ timeout: 50 });
    let finish: () => void = () => {};
    let runs = 0;
    health.register('it', () => {
      runs++;
      return runs === 1
        ? new Promise<void>((resolve) => {
            finish = resolve;
          })
        : undefined;
    });
    for (let i = 0; i < 5; i++) {
      expect((await health.report('ready')).checks.it).toMatchObject({
        status: 'unhealthy',
        class: 'timeout',
      });
    }
    expect(runs).toBe(1);
    finish();
    await sleep(0);
    expect((await health.report('ready')).checks.it?.status).toBe('healthy');
    expect(runs).toBe(2);
  });

  it('does not make its late result count', async () => {
    const { health } = create({ timeout: 50, cacheFor: 10_000 });
    health.register('it', () => sleep(100).then(() => true));
    expect((await health.report('ready')).status).toBe('unhealthy');
    await sleep(120);
    expect((await health.report('ready')).status).toBe('unhealthy');
  });
});

describe('onChange', () => {
  it('tells of each other status once, whatever its listeners do', async () => {
    const { health, metrics } = create();
    const { dependency, check } = changeable();
    const changes: HealthChange[] = [];
    health.onChange(() => {
      throw new Error('no');
    });
    health.onChange((async () => {
      throw new Error('later');
    }) as () => void);
    const stop = health.onChange((change) => changes.push(change));
    health.register('it', check);
    for (const is of ['healthy', 'healthy', 'unhealthy', 'unhealthy', 'degraded'] as const) {
      dependency.is = is;
      await health.report();
    }
    stop();
    dependency.is = 'healthy';
    await health.report();
    expect(changes.map(({ check, from, to }) => [check, from, to])).toEqual([
      ['it', 'unknown', 'healthy'],
      ['it', 'healthy', 'unhealthy'],
      ['it', 'unhealthy', 'degraded'],
    ]);
    expect(changes[1]?.report).toMatchObject({ status: 'unhealthy', class: 'error' });
    expect(await metrics.text()).toContain('telltale_faults_total{part="health.onChange"} 8');
  });
});

describe('groups', () => {
  it('are reports under paths of their own', async () => {
    const { health, base } = await serve({
      groups: { storage: ['database', 'disk'], typo: ['dsk'] },
    });
    health.register('database', () => true);
    health.register('disk', () => false, { critical: false, probes: [] });
    health.register('mail', () => false);
    const storage = await fetch(`${base}/health/storage`);
    expect(storage.status).toBe(200);
    const body = (await storage.json()) as HealthReport;
    expect(body.status).toBe('degraded');
    expect(Object.keys(body.checks)).toEqual(['database', 'disk']);
    expect((await health.report('storage')).status).toBe('degraded');
    const typo = await fetch(`${base}/health/typo`);
    expect(typo.status).toBe(503);
    expect(await typo.json()).toMatchObject({
      checks: { dsk: { status: 'unknown', message: 'no check of this name is registered' } },
    });
    health.drain();
    expect((await fetch(`${base}/health/storage`)).status).toBe(200);
  });

  it('that do not exist are refused', async () => {
    const { health } = create({ groups: { storage: ['a'] } });
    await expect(health.report('constructor')).rejects.toThrow(
      'expected one of all, live, ready, startup, storage, got "constructor"',
    );
  });

  it.each([
    [{ ready: ['a'] }, 'option health.groups.ready: expected names of letters'],
    [{ 'a/b': ['a'] }, 'expected names of letters'],
    [{ a: [] }, 'option health.groups.a: expected a list of names of checks'],
    [{ a: 'b' }, 'option health.groups.a: expected a list of names of checks, got "b"'],
    [7, 'option health.groups: expected an object of group names'],
  ])('that cannot be are refused: %j', (groups, message) => {
    expect(() => create({ groups })).toThrow(message);
  });
});

describe('closing', () => {
  it('happens when a check is unregistered and at shutdown, once, and ends its run', async () => {
    const monitoring = create({ timeout: 5000 });
    const { health, metrics } = monitoring;
    const closed: string[] = [];
    const aborted: string[] = [];
    const closing = (name: string, close: () => void = () => {}) =>
      Object.assign(
        (signal: AbortSignal) =>
          new Promise<void>((_, reject) => {
            signal.addEventListener('abort', () => {
              aborted.push(name);
              reject(signal.reason);
            });
          }),
        {
          close: () => {
            closed.push(name);
            close();
          },
        },
      );
    health.register('a', closing('a'));
    health.register(
      'b',
      closing('b', () => {
        throw new Error('stuck');
      }),
    );
    health.register('c', closing('c'));
    const report = health.report('ready');
    await sleep(10);
    expect(health.unregister('a')).toBe(true);
    expect(closed).toEqual(['a']);
    await monitoring.shutdown();
    expect(closed).toEqual(['a', 'b', 'c']);
    expect(aborted).toEqual(['a', 'b', 'c']);
    expect((await report).status).toBe('unhealthy');
    expect(await metrics.text()).toContain('telltale_faults_total{part="health.b"} 1');
    expect((await health.report('ready')).checks.b?.message).toBe('no result yet');
  });
});

describe('options of a check', () => {
  it.each<[object, string]>([
    [{ interval: 0 }, 'interval must be a number of milliseconds above 0, got 0'],
    [{ timeout: 0 }, 'timeout must be a number of milliseconds above 0'],
    [{ timeout: 2 ** 31 }, 'timeout must be a number of milliseconds above 0'],
    [{ cacheFor: Number.NaN }, 'cacheFor must be a number of milliseconds'],
    [{ failAfter: 0 }, 'failAfter must be a whole number above 0'],
    [{ recoverAfter: 1.5 }, 'recoverAfter must be a whole number above 0'],
    [{ dependsOn: 'a' }, 'dependsOn must be a list of names of checks, got a'],
    [
      { initial: 'fine' },
      "initial must be 'healthy', 'degraded', 'unhealthy' or 'unknown', got fine",
    ],
    [{ critical: 'no' }, 'critical must be true or false'],
    [{ componentType: 'db' }, "componentType must be 'component', 'datastore' or 'system'"],
    [{ toString: 1 }, 'an option must be probes'],
  ])('are refused when they cannot be meant: %j', (options, message) => {
    const { health } = create();
    expect(() => health.register('it', () => {}, options)).toThrow(`health check "it": ${message}`);
  });

  it('leave no names for what telltale says itself', () => {
    const { health } = create();
    expect(() => health.register('shutdown', () => {})).toThrow('its name must be other than');
    expect(() => health.register('it', () => {}, null as never)).toThrow('its options must be');
  });
});
