import express5 from 'express';
import express4 from 'express4';
import { describe, expect, it } from 'vitest';
import { setupMonitoring } from '../../src/index.js';
import { samplesOf } from '../support/samples.js';
import { until } from '../support/until.js';

type Express = typeof express5;

const VERSIONS: Record<string, Express> = {
  'express 5': express5,
  'express 4': express4 as unknown as Express,
};

/** Patterns that the two versions spell differently. */
const PATTERNS: Record<string, { optional: string; wildcard: string }> = {
  'express 5': { optional: '/opt{/:x}', wildcard: '/files/*rest' },
  'express 4': { optional: '/opt/:x?', wildcard: '/files/*' },
};

/** Builds one app with every kind of route, routers made before set-up among them. */
function build(express: Express, patterns = PATTERNS['express 5']) {
  const app = express();
  app.set('env', 'test');
  const ok = (_request: unknown, response: { send(text: string): void }) => response.send('ok');

  const posts = express.Router({ mergeParams: true });
  posts.get('/posts/:postId', ok);
  posts.get('/', ok);
  posts.get('/fails/:how', (request, _response, next) => {
    const { how } = request.params;
    if (how === 'throw') throw new Error('thrown');
    if (how === 'next') return next(new Error('passed on'));
    if (how === 'fall') return next();
    Promise.reject(new Error('rejected')).catch(next);
  });
  app.use('/users/:id', posts);

  const monitoring = setupMonitoring(app, { logs: false });

  app.get(['/a/:x', '/b/:x'], ok);
  app.get(/^\/re\/(\d+)$/, ok);
  app.all('/all/:x', ok);
  app.route('/chain/:x').get(ok).post(ok);
  app.get('/literal/:literal', ok);
  const sub = express();
  sub.get('/deep/:y', ok);
  app.use('/sub/:z', sub);
  const inner = express.Router();
  inner.get('/end', ok);
  const outer = express.Router();
  outer.use('/in/:b', inner);
  app.use('/out/:a', outer);
  app.use(['/m1', '/m2/:q'], inner);
  app.use('/mw', ok);
  if (patterns !== undefined) {
    app.get(patterns.optional, ok);
    app.get(patterns.wildcard, ok);
    app.use('/tree/:root', express.Router().get(patterns.wildcard, ok));
  }
  app.get('/twice', (_request, _response, next) => next());
  app.get('/twice', ok);
  return { app, monitoring };
}

const CASES: readonly [method: string, path: string, route: string, status: number][] = [
  ['GET', '/users/42/posts/7', '/users/:id/posts/:postId', 200],
  ['GET', '/users/posts/posts/posts', '/users/:id/posts/:postId', 200],
  ['GET', '/users/users/posts/users', '/users/:id/posts/:postId', 200],
  ['GET', '/users/a%20b/posts/%2Fx', '/users/:id/posts/:postId', 200],
  ['GET', '/users/42', '/users/:id', 200],
  ['GET', '/users/42/fails/throw', '/users/:id/fails/:how', 500],
  ['GET', '/users/42/fails/next', '/users/:id/fails/:how', 500],
  ['GET', '/users/42/fails/reject', '/users/:id/fails/:how', 500],
  ['GET', '/users/42/fails/fall', 'unmatched', 404],
  ['GET', '/users/42/nothing', 'unmatched', 404],
  ['GET', '/a/1', '/a/:x', 200],
  ['GET', '/b/1', '/b/:x', 200],
  ['GET', '/b/b', '/b/:x', 200],
  ['GET', '/re/123', '/^\\/re\\/(\\d+)$/', 200],
  ['DELETE', '/all/1', '/all/:x', 200],
  ['POST', '/chain/1', '/chain/:x', 200],
  ['PUT', '/chain/1', 'unmatched', 404],
  ['GET', '/literal/literal', '/literal/:literal', 200],
  ['GET', '/sub/1/deep/2', '/sub/:z/deep/:y', 200],
  ['GET', '/sub/deep/deep/sub', '/sub/:z/deep/:y', 200],
  ['GET', '/out/1/in/2/end', '/out/:a/in/:b/end', 200],
  ['GET', '/out/in/in/out/end', '/out/:a/in/:b/end', 200],
  ['GET', '/m1/end', '/m1/end', 200],
  ['GET', '/m2/9/end', '/m2/:q/end', 200],
  ['GET', '/mw', 'unmatched', 200],
  ['GET', '/twice', '/twice', 200],
  ['GET', '/nope', 'unmatched', 404],
];

describe.each(Object.entries(VERSIONS))('%s', (version, express) => {
  it('names optional and wildcard segments by their pattern', async () => {
    const patterns = PATTERNS[version];
    const { app, monitoring } = build(express, patterns);
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    for (const path of ['/opt', '/opt/1', '/files/a/b', '/tree/tree/files/tree']) {
      await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    }
    const text = await monitoring.metrics.text();
    const counts = samplesOf(text, 'http_requests_total').map(({ labels, value }) => [
      labels.route,
      value,
    ]);
    expect(counts).toEqual([
      [patterns?.optional, 2],
      [patterns?.wildcard, 1],
      [`/tree/:root${patterns?.wildcard}`, 1],
    ]);
    await monitoring.shutdown();
    server.close();
  });

  it.each(CASES)('%s %s is %s', async (method, path, route, status) => {
    const { app, monitoring } = build(express, PATTERNS[version]);
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    await response.text();
    const counted = async () => samplesOf(await monitoring.metrics.text(), 'http_requests_total');
    await until(async () => (await counted()).length === 1, 'it is counted');
    expect((await counted())[0]?.labels).toEqual({ method, route, status: String(status) });
    expect(response.status).toBe(status);
    await monitoring.shutdown();
    server.close();
  });

  it('makes no new series of new values', async () => {
    const { app, monitoring } = build(express, PATTERNS[version]);
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    for (let i = 0; i < 60; i++) {
      for (const path of [`/users/u${i}/posts/${i}`, `/sub/${i}x/deep/${i}`, `/no/${i}`]) {
        await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
      }
    }
    expect(samplesOf(await monitoring.metrics.text(), 'http_requests_total')).toHaveLength(3);
    await monitoring.shutdown();
    server.close();
  });
});
