import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** One request as it came in. */
export interface Delivered {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Spans in it, when it is OTLP in JSON. */
  readonly spans: readonly OtlpSpan[];
  /** Attributes of the resource, when it is OTLP in JSON. */
  readonly resource: Readonly<Record<string, unknown>>;
  readonly at: number;
}

/** A span of OTLP in JSON, as far as tests look at it. */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
}

/** How a collector treats a request.. */
export interface Behaviour {
  /** Does something to a connection at once. */
  connect?(socket: Socket): void;
  answer?(response: ServerResponse, request: Delivered): void;
}

/** A receiver of spans that behaves as it is told to. */
export interface FaultyCollector {
  readonly port: number;
  readonly endpoint: string;
  readonly requests: readonly Delivered[];
  /** Spans in all requests that were answered with 2xx. */
  accepted(): number;
  behave(behaviour: Behaviour): void;
  stop(): Promise<void>;
}

/** Takes everything. */
export const TAKES: Behaviour = { answer: (response) => response.end('{}') };

/** Starts one; it takes everything unless it is told to do something else. */
export async function startFaultyCollector(behaviour: Behaviour = TAKES): Promise<FaultyCollector> {
  let current = behaviour;
  const answers: { response: ServerResponse; count: number }[] = [];
  const requests: Delivered[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
    const delivered = readRequest(request, Buffer.concat(chunks));
    requests.push(delivered);
    answers.push({ response, count: delivered.spans.length });
    current.answer?.(response, delivered);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    current.connect?.(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    port,
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    accepted: () =>
      answers
        .filter(({ response }) => response.headersSent && response.statusCode < 300)
        .reduce((sum, { count }) => sum + count, 0),
    behave(next) {
      current = next;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function readRequest(request: IncomingMessage, raw: Buffer): Delivered {
  const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
  const { resourceSpans = [] } = parsed(body);
  return {
    path: request.url ?? '',
    headers: request.headers,
    body,
    spans: resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    resource: Object.fromEntries(
      (resourceSpans[0]?.resource.attributes ?? []).map(({ key, value }) => [
        key,
        Object.values(value)[0],
      ]),
    ),
    at: performance.now(),
  };
}

interface OtlpBody {
  resourceSpans?: {
    resource: { attributes: { key: string; value: Record<string, unknown> }[] };
    scopeSpans: { spans: OtlpSpan[] }[];
  }[];
}

function parsed(body: Buffer): OtlpBody {
  try {
    const value = JSON.parse(body.toString());
    return Array.isArray(value) ? {} : value;
  } catch {
    return {};
  }
}
