import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { newFailures, runSuite, type Suite, type SuiteRun } from './suite.js';

const framework = createRequire(import.meta.url).resolve('fastify');
const folder = join(dirname(framework), 'test');

// What an adapter could disturb: hooks, errors, replies, routing, bodies, streams, logs, start and end.
const files = [
  '404s.test.js',
  '500s.test.js',
  'als.test.js',
  'async-await.test.js',
  'async_hooks.test.js',
  'body-limit.test.js',
  'case-insensitive.test.js',
  'client-timeout.test.js',
  'close-disposable.test.js',
  'connection-timeout.test.js',
  'constrained-routes.test.js',
  'content-parser.test.js',
  'custom-http-server.test.js',
  'diagnostics-channel/404.test.js',
  'diagnostics-channel/async-request.test.js',
  'diagnostics-channel/error-request.test.js',
  'diagnostics-channel/sync-request.test.js',
  'encapsulated-error-handler.test.js',
  'genReqId.test.js',
  'handler-context.test.js',
  'handler-timeout.test.js',
  'header-overflow.test.js',
  'hooks-async.test.js',
  'hooks.on-listen.test.js',
  'hooks.on-ready.test.js',
  'hooks.test.js',
  'http-methods/get.test.js',
  'http-methods/head.test.js',
  'inject.test.js',
  'internals/reply.test.js',
  'internals/request.test.js',
  'keep-alive-timeout.test.js',
  'listen.1.test.js',
  'listen.2.test.js',
  'logger/logging.test.js',
  'logger/request.test.js',
  'logger/response.test.js',
  'plugin.1.test.js',
  'pretty-print.test.js',
  'register.test.js',
  'reply-error.test.js',
  'reply-trailers.test.js',
  'request-error.test.js',
  'request-id.test.js',
  'request-timeout.test.js',
  'route-hooks.test.js',
  'route-prefix.test.js',
  'route.1.test.js',
  'set-error-handler.test.js',
  'stream.1.test.js',
  'stream.3.test.js',
  'throw.test.js',
  'upgrade.test.js',
  'url-rewriting.test.js',
  'web-api.test.js',
];

const suite: Suite = { folder, files, framework };

/** Tests that list or count an application's own hooks, and so find ours among them. */
const LISTS_HOOKS = [
  'hooks.test.js:202 onRequest hook should support encapsulation / 2',
  'pretty-print.test.js:282 pretty print - includeMeta, includeHooks',
];

describe("Fastify's own tests", () => {
  let bare: SuiteRun;
  let attached: SuiteRun;

  beforeAll(async () => {
    bare = await runSuite(suite, 'bare');
    attached = await runSuite(suite, 'attached');
  }, 200_000);

  test('run here', () => {
    expect(bare.passed.length).toBeGreaterThan(900);
    expect(bare.applications).toBe(0);
  });

  test('run with telltale attached to every application', () => {
    expect(attached.applications).toBeGreaterThan(700);
    expect(attached.requests).toBeGreaterThan(700);
  });

  test('pass with telltale where they pass without', async () => {
    const failures = newFailures(bare, attached);
    for (const title of LISTS_HOOKS) failures.delete(title);
    expect(await failingAgain(failures)).toEqual({});
  }, 60_000);

  test('find our hooks in nothing but the exceptions named here', () => {
    expect(LISTS_HOOKS.filter((title) => !attached.failed.has(title))).toEqual([]);
  });
});

/** Those that fail a second time: a few of the tests count milliseconds, on a machine that is busy. */
async function failingAgain(failures: Map<string, string>): Promise<Record<string, string>> {
  if (failures.size === 0) return {};
  const suspects = new Set([...failures.keys()].map((title) => title.slice(0, title.indexOf(':'))));
  const again = await runSuite({ ...suite, files: [...suspects] }, 'attached');
  const passed = new Set(again.passed);
  return Object.fromEntries([...failures].filter(([title]) => !passed.has(title)));
}
