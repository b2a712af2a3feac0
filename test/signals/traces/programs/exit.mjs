// A service that closes its server after some requests, and leaves its end to itself.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setupMonitoring } from 'telltale';

const server = createServer((_request, response) => response.end('hello'));
setupMonitoring(server, { logs: false });
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();
for (let i = 0; i < 600; i++) await (await fetch(`http://127.0.0.1:${port}/`)).text();
// The spans are being sent by then.
await new Promise((resolve) => setTimeout(resolve, 700));
server.closeAllConnections();
server.close();
await once(server, 'close');
process.stdout.write('closed\n');
