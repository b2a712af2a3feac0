import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { override } from '../core/override.js';
import { createTraffics } from '../core/traffics.js';
import type { Traffic } from '../model/traffic.js';
import type { ExpressLike } from './express.js';
import { serverTraffic } from './server-traffic.js';

interface Application {
  handle(request: IncomingMessage, ...rest: unknown[]): unknown;
  listen(...args: unknown[]): Server;
}

/**
 * Watches what comes to an Express application. It does not know its servers: they are met when it
 * makes one itself, or with the first request that one brings.
 */
export function expressTraffic(app: ExpressLike): Traffic {
  const application = app as unknown as Application;
  const traffics = createTraffics();
  const met = new WeakSet<object>();

  function meet(server: Server | undefined, socket?: Socket): void {
    // A request that a test or a function platform makes up comes from no server.
    if (typeof server?.getConnections !== 'function' || met.has(server)) return;
    met.add(server);
    const traffic = serverTraffic(server);
    if (socket !== undefined) traffic.met(socket);
    traffics.add(traffic);
  }

  function meetThat({ socket }: { socket?: (Socket & { server?: Server }) | undefined }): void {
    try {
      meet(socket?.server, socket);
    } catch {
      // The socket of an HTTP/2 session that is gone throws at whoever asks it anything.
    }
  }

  const restoreHandle = override(application, 'handle', (handle) => {
    return function servedHandle(this: Application, request, ...rest) {
      meetThat(request);
      return handle.call(this, request, ...rest);
    };
  });
  const restoreListen = override(application, 'listen', (listen) => {
    return function servedListen(this: Application, ...args) {
      const server = listen.apply(this, args);
      meet(server);
      return server;
    };
  });

  return {
    get accepting() {
      return traffics.accepting;
    },
    inHooks: false,
    drain: traffics.drain,
    close: traffics.close,
    cut: traffics.cut,
    release() {
      restoreListen();
      restoreHandle();
      traffics.release();
    },
  };
}
