import { load } from '../wiring/load.mjs';
import { user } from './user.mjs';

/** Fastify 5; `tap.options` carries its own logger when the variant uses that. */
export async function start(tap, { routes = 0 }) {
  const app = load('fastify')(tap.options);
  await tap.attach(app);
  app.get('/users/:id', async (request) => user(request.params.id));
  for (let i = 0; i < routes; i++) {
    app.get(`/r${i}/users/:id`, async (request) => user(request.params.id));
  }
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
}
