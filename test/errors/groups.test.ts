import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createMonitoring } from '../../src/index.js';

function create() {
  const monitoring = createMonitoring({ logs: false });
  return { ...monitoring, capture: monitoring.captureError };
}

/** An error with this stack. */
function thrownAt(frames: readonly string[], message = 'm', name = 'Error'): Error {
  const error = Object.assign(new Error(message), { name });
  error.stack = [`${name}: ${message}`, ...frames.map((frame) => `    at ${frame}`)].join('\n');
  return error;
}

const HOME = process.cwd();

describe('groups', () => {
  it('count, and know first and last, route and trace', async () => {
    const { capture, errors, tracer } = create();
    const fail = (id: number) => new RangeError(`no order ${id}`);
    const before = Date.now();
    tracer.startActiveSpan('first', (span) => {
      capture(fail(1), { route: '/orders/:id' });
      span.end();
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    capture(fail(2), { handled: false });
    const [group] = errors.groups();
    expect(errors.groups()).toHaveLength(1);
    expect(group).toMatchObject({
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      type: 'RangeError',
      message: 'no order 2',
      stack: expect.stringContaining('groups.test.ts'),
      count: 2,
      route: '/orders/:id',
      handled: false,
    });
    expect(group?.firstSeen).toBeGreaterThanOrEqual(before);
    expect(group?.lastSeen).toBeGreaterThan(group?.firstSeen ?? 0);
  });

  const frames = [
    'Object.price (/app/src/price.js:10:5)',
    'first (/app/src/routes.js:1:1)',
    'process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
  ];
  it.each<[string, readonly string[]]>([
    ['what called it', [frames[0] as string, 'second (/app/src/other.js:9:9)']],
    ['what is inside Node', ['node:internal/errors:540:5', ...frames]],
    ['how Node reads it', ['Object.price (file:///app/src/price.js:10:5)']],
    ['a query string', ['Object.price (/app/src/price.js?v=1700000000:10:5)']],
    ['the hash of a build', ['Object.price (/app/src/price.3f2a91bc.js:10:5)']],
    ['another hash of a build', ['Object.price (/app/src/price-XK4T2QPA.js:10:5)']],
    ['how it was awaited', ['async Object.price (/app/src/price.js:10:5)']],
  ])('are not told apart by %s', (_, others) => {
    const { capture, errors } = create();
    capture(thrownAt(frames, 'order 17 of 9fe1 is gone'));
    capture(thrownAt(others, 'order 18 of a07c is gone'));
    expect(errors.groups().map(({ count }) => count)).toEqual([2]);
  });

  it.each<[string, Error]>([
    ['the place', thrownAt(['Object.price (/app/src/price.js:11:5)'])],
    ['the function', thrownAt(['Object.cost (/app/src/price.js:10:5)'])],
    ['the file', thrownAt(['Object.price (/app/src/cost.js:10:5)'])],
    ['the type', thrownAt(frames, 'm', 'TypeError')],
    ['the package it is from', thrownAt(['q (/app/node_modules/pg/a.js:1:1)', ...frames])],
  ])('are told apart by %s', (_, other) => {
    const { capture, errors } = create();
    capture(thrownAt(frames));
    capture(other);
    expect(errors.groups()).toHaveLength(2);
  });

  it.each([
    '/srv/app (copy)/FILE.js',
    '/srv/(app)/[id]/FILE.js',
    'C:\\Program Files (x86)\\app\\FILE.js',
    'webpack-internal:///(rsc)/./src/FILE.ts',
    '/srv/app (/FILE.js',
    '/srv/app) b/FILE.js',
  ])('are told apart by their places in %s', async (path) => {
    const { capture, errors } = create();
    const source = `(function (message) {
      return (WAY);
    })`;
    const ways = [
      'new (class Made { constructor() { throw new Error(message); } })()',
      '{ get it() { throw new Error(message); } }.it',
      'Promise.resolve().then(() => { throw new Error(message); })',
      '(async () => { await null; throw new Error(message); })()',
    ];
    for (const way of ways) {
      for (const file of ['one', 'two', 'two']) {
        const filename = path.replace('FILE', file);
        const fail = runInThisContext(source.replace('WAY', way), { filename });
        try {
          await fail(file);
        } catch (error) {
          capture(error);
        }
      }
    }
    const groups = errors.groups().map(({ message, count }) => [message, count]);
    expect(groups).toEqual(
      ways.flatMap(() => [
        ['two', 2],
        ['one', 1],
      ]),
    );
  });

  it('are by whoever called eval, and by a package in a folder with parentheses', () => {
    const { capture, errors } = create();
    const evaluated = 'eval (eval at run (/srv/a (b)/c.js:1:2), <anonymous>:1:7)';
    capture(thrownAt([evaluated, ...frames]));
    capture(thrownAt(frames));
    capture(thrownAt(['f (/srv/a (b)/node_modules/pg/x.js:1:1)', ...frames]));
    capture(thrownAt(['f (/home/c (d)/node_modules/pg/x.js:2:2)', ...frames]));
    expect(errors.groups().map(({ count }) => count)).toEqual([2, 2]);
  });

  it('do not depend on where the service is, nor on lines of packages', () => {
    const { capture, errors } = create();
    capture(thrownAt([`a (${HOME}/node_modules/pg/lib/x.js:1:1)`, `b (${HOME}/src/b.js:2:2)`]));
    capture(thrownAt(['a (/srv/node_modules/pg/lib/x.js:7:7)', 'b (src/b.js:2:2)']));
    expect(errors.groups()).toHaveLength(1);
  });

  it('are by the message where nothing of the application is on the stack', () => {
    const { capture, errors } = create();
    const texts = [
      'no answer from 10.0.0.7:5432',
      'no answer from 10.0.0.8:5433',
      'user 0a1b2c3d-0000-4000-8000-aaaaaaaaaaaa at /a?x=1',
      'user ffffffff-0000-4000-8000-bbbbbbbbbbbb at /a?y=2&z',
    ];
    for (const text of texts) {
      capture(text);
      capture(thrownAt(['TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)'], text));
      capture(Object.assign(new Error(text), { stack: undefined }));
    }
    expect(errors.groups().map(({ type, count }) => [type, count])).toEqual([
      ['Error', 4],
      ['NonError', 2],
      ['Error', 4],
      ['NonError', 2],
    ]);
  });

  it('are as the application wants them', () => {
    const { capture, errors } = create();
    capture(new Error('a'), { fingerprint: 'payments' });
    capture(new TypeError('b'), { fingerprint: 'payments' });
    expect(errors.groups()).toMatchObject([{ type: 'TypeError', count: 2 }]);
  });

  it('are two hundred at most: the one not seen for longest goes, and is counted', async () => {
    const { capture, errors, metrics } = create();
    const letters = (i: number) =>
      i.toString(26).replace(/\d/g, (d) => 'qrstuvwxyz'[Number(d)] ?? '');
    for (let i = 0; i < 200; i++) capture(`group ${letters(i)}`);
    capture(`group ${letters(0)}`);
    for (let i = 200; i < 250; i++) capture(`group ${letters(i)}`);
    const messages = errors.groups().map(({ message }) => message);
    expect(messages).toHaveLength(200);
    expect(messages[0]).toBe(`group ${letters(249)}`);
    expect(messages.at(-1)).toBe(`group ${letters(51)}`);
    expect(messages).toContain(`group ${letters(0)}`);
    expect(await metrics.text()).toMatch(/^telltale_error_groups_forgotten_total 50$/m);
  });
});
