import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Exchange, Intake } from '../model/adapter.js';
import type { Endpoint } from '../model/endpoint.js';
import { replyOf } from './answer.js';
import { exchangeOf, keepExchange, wasSeen } from './exchange-of.js';
import { send } from './send.js';

/**
 * Takes one stream of HTTP/2 to the intake. Streams are where both styles of Node's API meet: an
 * application that listens to `request` is given its request for a stream that has been seen here.
 */
export function serveStream<T>(
  intake: Intake,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  next: () => T,
): T | undefined {
  if (wasSeen(stream)) return next();
  const method = headers[':method'] ?? 'GET';
  const target = headers[':path'] ?? '/';
  const endpoint = intake.endpoint(method, target);
  if (endpoint !== undefined) {
    void answerStream(endpoint, stream, method, headers);
    return undefined;
  }
  if (!intake.observes) return next();
  const exchange = intake.open(requestOf(stream, headers, method, target));
  keepExchange(stream, exchange);
  if (exchange === undefined) return next();
  stream.on('close', onClose);
  return exchange.within(next);
}

/** The request that Node makes for a stream belongs to the stream's exchange. */
export function adopt(request: IncomingMessage, response: ServerResponse): void {
  const { stream } = request as IncomingMessage & { stream?: ServerHttp2Stream };
  if (stream === undefined || !wasSeen(stream)) return;
  const exchange = exchangeOf(stream);
  keepExchange(request, exchange);
  if (exchange?.echo !== undefined) response.setHeader(exchange.echo, exchange.requestId);
}

/** What the intake reads of a request, without the request that only one of the styles has. */
function requestOf(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  method: string,
  url: string,
): IncomingMessage {
  // Read now: the socket of a session that is gone throws at whoever asks it anything.
  const { remoteAddress, encrypted } = (stream.session?.socket ?? {}) as Partial<TLSSocket>;
  const socket = { remoteAddress, encrypted };
  return { method, url, headers, socket, httpVersion: '2.0' } as unknown as IncomingMessage;
}

function onClose(this: ServerHttp2Stream): void {
  const exchange = exchangeOf(this) as Exchange;
  const sent = this.sentHeaders as Record<string, unknown> | undefined;
  const status = Number(sent?.[':status'] ?? 0);
  const length = Number(sent?.['content-length']);
  exchange.close({
    status,
    aborted: status === 0 || this.aborted || this.rstCode !== 0,
    responseBytes: Number.isNaN(length) ? undefined : length,
  });
}

async function answerStream(
  endpoint: Endpoint,
  stream: ServerHttp2Stream,
  method: string,
  headers: IncomingHttpHeaders,
): Promise<void> {
  // Nobody else listens to this stream, and an error without a listener would be thrown.
  stream.on('error', () => {});
  const remoteAddress = stream.session?.socket?.remoteAddress;
  const reply = await replyOf(endpoint, { method, path: endpoint.path, headers, remoteAddress });
  if (stream.destroyed || stream.headersSent) return;
  const hasBody = method !== 'HEAD';
  stream.respond({ ':status': reply.status, ...reply.headers }, { endStream: !hasBody });
  if (hasBody) send(stream, reply.body);
}
