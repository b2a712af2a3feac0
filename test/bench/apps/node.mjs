import { once } from 'node:events';
import { load } from '../wiring/load.mjs';
import { user } from './user.mjs';

/** node:http with one route. */
export async function start(tap) {
  const http = load('node:http');
  const server = http.createServer(tap.wrap(handle));
  await tap.attach(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function handle(request, response) {
  const body = JSON.stringify(user(request.url.slice('/users/'.length)));
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.end(body);
}
