import type { Server } from 'node:http';
import { createTraffics } from '../core/traffics.js';
import type { Traffic } from '../model/traffic.js';
import { innerValue } from './fastify-hooks.js';
import type { FastifyLike } from './fastify-request.js';
import { serverTraffic } from './server-traffic.js';

interface Application {
  server: Server;
  close(): Promise<void>;
}

/**
 * Watches what comes to a Fastify instance. It is closed by its own `close`, so that its `preClose`
 * and `onClose` hooks run. The latter run when the server has closed: is it closed already, then
 * somebody else has called `close`, and may be waiting in such a hook for this to end.
 */
export function fastifyTraffic(app: FastifyLike): Traffic {
  const application = app as unknown as Application;
  const traffics = createTraffics();
  let closing = false;

  const main = serverTraffic(application.server, async () => {
    if (main.closed) return;
    closing = true;
    try {
      await application.close();
    } finally {
      closing = false;
    }
  });
  traffics.add(main);

  return {
    get accepting() {
      return traffics.accepting;
    },
    get inHooks() {
      return closing && main.closed;
    },
    drain() {
      // Where Fastify listens to several addresses, it has a server for each further one.
      const further = innerValue<Server[]>(app, 'fastify.serverBindings') ?? [];
      for (const server of further) traffics.add(serverTraffic(server, () => {}));
      traffics.drain();
    },
    close: traffics.close,
    cut: traffics.cut,
    release: traffics.release,
  };
}
