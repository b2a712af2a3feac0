import { once } from 'node:events';
import { createServer } from 'node:http';

/** node:http that answers every request with the same head and body. */
export async function start(_tap, { reply }) {
  const body = Buffer.from(reply.body);
  const server = createServer((_request, response) => {
    response.writeHead(200, reply.headers);
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
