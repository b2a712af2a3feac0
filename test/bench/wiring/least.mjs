import { AsyncLocalStorage } from 'node:async_hooks';
import { createLog } from './least-log.mjs';
import { createMetrics } from './least-metrics.mjs';
import { createTraces } from './least-traces.mjs';
import { createTap } from './tap.mjs';

/**
 * The least conceivable instrumentation, to see how much of a cost is needless: one object a
 * request in an AsyncLocalStorage, a count and a histogram, a line, ids, a span when sampled. It
 * bounds no label, reads no header, redacts nothing and survives no fault.
 */
export function wire({ framework, metrics, logs, traces }) {
  const storage = new AsyncLocalStorage();
  const count = metrics && createMetrics();
  const log = logs && createLog(logs);
  const spans = traces && createTraces(traces);

  function begin(request, response, routeOf) {
    const { method, url } = request;
    const started = performance.now();
    const work = { method, url, started, seconds: 0, route: '', status: 0, ids: spans?.begin() };
    response.on('finish', () => {
      work.route = routeOf(request);
      work.status = response.statusCode;
      work.seconds = (performance.now() - started) / 1000;
      count?.observe(work);
      log?.write(work);
      spans?.end(work);
    });
    return work;
  }

  /** Around a handler of Node's, which is what an Express application is, too. */
  const around = (handler, routeOf) => (request, response, next) => {
    if (request.url === '/metrics') return response.end(count.text());
    storage.run(begin(request, response, routeOf), handler, request, response, next);
  };

  const attach = {
    express(app) {
      app.handle = around(app.handle.bind(app), (request) => request.route.path);
    },
    fastify(app) {
      app.addHook('onRequest', (request, reply, done) => {
        const work = begin(request.raw, reply.raw, () => request.routeOptions.url);
        storage.run(work, done);
      });
      app.get('/metrics', async () => count.text());
    },
    node() {},
  };

  return createTap({
    attach: attach[framework],
    wrap: (handler) => around(handler, () => '/users/:id'),
    flush: async () => spans?.flush(),
    async stop() {
      log?.close();
      await spans?.flush();
    },
  });
}
