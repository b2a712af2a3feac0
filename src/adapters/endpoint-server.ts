import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Diagnostics } from '../core/diagnostics.js';
import type { EndpointTable } from '../core/endpoints.js';
import { answer } from './answer.js';
import { serverTraffic } from './server-traffic.js';

/** Serves telltale's endpoints on a port of their own. */
export interface EndpointServer {
  start(): void;
  stop(): Promise<void>;
  /** Ends it with the answers that are under way. */
  cut(): readonly string[];
}

const TIMEOUT_MS = 5000;
const HEADER_BYTES = 8192;

/**
 * Creates the server. It asks little of who asks and gives little in return: short timeouts, small
 * headers, and it does not keep the process alive.
 */
export function createEndpointServer(
  table: EndpointTable,
  port: number,
  host: string,
  diagnostics: Diagnostics,
): EndpointServer {
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: TIMEOUT_MS,
      requestTimeout: TIMEOUT_MS,
      keepAliveTimeout: TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_MS,
    },
    (request, response) => serve(table, request, response),
  );
  server.on('error', (error) => diagnostics.caught('endpoints', error));
  server.on('connection', (socket) => socket.unref());
  const traffic = serverTraffic(server);
  return {
    start() {
      server.listen(port, host);
      server.unref();
    },
    stop() {
      traffic.drain();
      return traffic.close();
    },
    cut() {
      traffic.cut();
      return [];
    },
  };
}

function serve(table: EndpointTable, request: IncomingMessage, response: ServerResponse): void {
  const endpoint = table.find(request.method ?? '', request.url ?? '');
  if (endpoint !== undefined) {
    answer(endpoint, request, response);
    return;
  }
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('not found\n');
}
