import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import express5 from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import type { MonitoredApp, MonitoringOptions } from '../../src/index.js';

/** An app under test, built but not listening yet. */
export interface BuiltApp {
  readonly app: MonitoredApp;
  /** Adds the routes; tests choose whether that is before or after set-up. */
  addRoutes(): void;
  /** Resolves to the base URL. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

/** One way to build the same small service: GET /users/:id, /slow/:ms, /throw, /reject, POST /echo. */
export interface Subject {
  readonly name: string;
  /** What the framework does not know by itself. */
  readonly options: MonitoringOptions;
  build(): BuiltApp;
}

type Express = typeof express5;

function expressSubject(name: string, express: Express): Subject {
  return {
    name,
    options: {},
    build() {
      const app = express();
      let server: ReturnType<typeof app.listen> | undefined;
      // The application's own habit of printing errors is not what is tested.
      app.set('env', 'test');
      return {
        app,
        addRoutes() {
          const users = express.Router({ mergeParams: true });
          users.get('/', (request: express5.Request<{ id: string }>, response) => {
            response.json({ id: request.params.id });
          });
          app.use('/users/:id', users);
          app.get('/slow/:ms', (request, response) => {
            setTimeout(() => response.send('slow'), Number(request.params.ms));
          });
          app.get('/throw', () => {
            throw new Error('thrown on purpose');
          });
          app.get('/reject', (_request, _response, next) => {
            Promise.reject(new Error('rejected on purpose')).catch(next);
          });
          app.post('/echo', (request, response) => {
            request.pipe(response);
          });
        },
        listen: () =>
          new Promise((resolve) => {
            server = app.listen(0, '127.0.0.1', () => resolve(urlOf(server?.address())));
          }),
        close: () => closeServer(server),
      };
    },
  };
}

const fastifySubject: Subject = {
  name: 'fastify 5',
  options: {},
  build() {
    const app = fastify();
    return {
      app,
      addRoutes() {
        app.register(async (scope) => {
          scope.get('/users/:id', async (request) => request.params);
        });
        app.get<{ Params: { ms: string } }>('/slow/:ms', async (request) => {
          await sleep(Number(request.params.ms));
          return 'slow';
        });
        app.get('/throw', () => {
          throw new Error('thrown on purpose');
        });
        app.get('/reject', async () => {
          throw new Error('rejected on purpose');
        });
        app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
        app.post('/echo', (request, reply) => reply.send(request.body));
      },
      listen: () => app.listen({ port: 0, host: '127.0.0.1' }),
      close: () => app.close(),
    };
  },
};

const TEMPLATES: readonly [RegExp, string][] = [
  [/^\/users\/[^/]+$/, '/users/:id'],
  [/^\/slow\/\d+$/, '/slow/:ms'],
  [/^\/throw$/, '/throw'],
  [/^\/reject$/, '/reject'],
  [/^\/echo$/, '/echo'],
];

function templateOf(request: IncomingMessage): string | undefined {
  const path = (request.url ?? '').split('?')[0] ?? '';
  return TEMPLATES.find(([pattern]) => pattern.test(path))?.[1];
}

function listener(request: IncomingMessage, response: ServerResponse): void {
  const [, name, value] = (request.url ?? '').split('/');
  const send = (status: number, body: unknown): void => {
    response.statusCode = status;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  };
  if (name === 'users') send(200, { id: value });
  else if (name === 'slow') setTimeout(send, Number(value), 200, 'slow');
  else if (name === 'throw' || name === 'reject') send(500, 'failed on purpose');
  else if (name === 'echo') request.pipe(response);
  else send(404, 'not found');
}

const nodeSubject: Subject = {
  name: 'node http',
  options: { requests: { route: templateOf } },
  build() {
    const server = createServer();
    return {
      app: server,
      addRoutes() {
        server.on('request', listener);
      },
      listen: () =>
        new Promise((resolve) => {
          server.listen(0, '127.0.0.1', () => resolve(urlOf(server.address())));
        }),
      close: () => closeServer(server),
    };
  },
};

function urlOf(address: unknown): string {
  return `http://127.0.0.1:${(address as AddressInfo).port}`;
}

function closeServer(
  server: { close(done: () => void): unknown; closeAllConnections(): void } | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    if (server === undefined) return resolve();
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Every kind of app that telltale monitors. */
export const SUBJECTS: readonly Subject[] = [
  expressSubject('express 5', express5),
  expressSubject('express 4', express4 as unknown as Express),
  fastifySubject,
  nodeSubject,
];
