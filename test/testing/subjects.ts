import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import express5 from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import type { AdapterSubject, ServedApp } from '../../src/testing/adapter-contract.js';
import { selfSigned } from './certificate.js';

type Express = typeof express5;

/** What telltale itself cannot hide. */
const exceptions = {
  'meddling: tells its prototypes':
    'the end of a response is noticed by a property of its own, which is not enumerable',
};

function listening(server: ServedApp['server']): Promise<ServedApp> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const close = (): Promise<void> =>
        new Promise((closed) => {
          server.close(() => closed());
          server.closeAllConnections();
        });
      resolve({ server, close });
    });
  });
}

const NOT_PASSED_ON = 'the server answers it, and the application is never told';

function expressSubject(name: string, express: Express): AdapterSubject {
  return {
    name,
    exceptions: {
      ...exceptions,
      'protocol: a client that expects to continue, and is refused by a listener': NOT_PASSED_ON,
      'protocol: a client that expects what a listener refuses': NOT_PASSED_ON,
    },
    serve(listener, monitor) {
      const app = express();
      // Under any other name Express prints the errors that scenarios throw on purpose.
      app.set('env', 'test');
      app.use((request, response) => listener(request, response));
      monitor?.(app);
      return listening(createServer(app));
    },
  };
}

const fastifySubject: AdapterSubject = {
  name: 'fastify 5',
  exceptions,
  async serve(listener, monitor) {
    const app = fastify();
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    app.all('/*', (request, reply) => {
      reply.hijack();
      listener(request.raw, reply.raw);
    });
    monitor?.(app);
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { server: app.server, close: () => app.close() };
  },
};

const nodeSubject: AdapterSubject = {
  name: 'node http',
  exceptions,
  serve(listener, monitor) {
    const server = createServer(listener);
    monitor?.(server);
    return listening(server);
  },
};

const secureSubject: AdapterSubject = {
  name: 'node https',
  exceptions,
  secure: true,
  async serve(listener: RequestListener, monitor) {
    const server = createSecureServer(await selfSigned(), listener);
    monitor?.(server);
    return listening(server);
  },
};

/** Every kind of application that telltale has an adapter for. */
export const SUBJECTS = {
  express5: expressSubject('express 5', express5),
  express4: expressSubject('express 4', express4 as unknown as Express),
  fastify: fastifySubject,
  node: nodeSubject,
  https: secureSubject,
};
