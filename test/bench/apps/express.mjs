import { once } from 'node:events';
import { load } from '../wiring/load.mjs';
import { user } from './user.mjs';

/** Express 5 with the body parser that nearly every app has. */
export async function start(tap, { routes = 0 }) {
  const express = load('express');
  const app = express();
  await tap.attach(app);
  app.use(express.json());
  app.get('/users/:id', (req, res) => {
    res.json(user(req.params.id));
  });
  for (let i = 0; i < routes; i++) {
    app.get(`/r${i}/users/:id`, (req, res) => {
      res.json(user(req.params.id));
    });
  }
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
