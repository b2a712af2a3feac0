import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Endpoint, EndpointRequest, Reply } from '../model/endpoint.js';
import { send } from './send.js';

/** Lets an endpoint answer a request: at once when it can. */
export function answer(
  endpoint: Endpoint,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const method = request.method ?? 'GET';
  const reply = replyOf(endpoint, {
    method,
    path: endpoint.path,
    headers: request.headers,
    remoteAddress: request.socket?.remoteAddress,
  });
  if (reply instanceof Promise) void reply.then((late) => write(late, method, response));
  else write(reply, method, response);
}

function write(reply: Reply, method: string, response: ServerResponse): void {
  // The asker may have gone while a check ran.
  if (response.destroyed || response.headersSent) return;
  try {
    response.writeHead(reply.status, reply.headers);
    send(response, method === 'HEAD' ? '' : reply.body);
  } catch {
    // A response that somebody else has made unfit for writing can only be given up.
    response.destroy();
  }
}

/** The answer of an endpoint. Whatever goes wrong becomes a 500 without a word of why. */
export function replyOf(endpoint: Endpoint, request: EndpointRequest): Reply | Promise<Reply> {
  try {
    const reply = endpoint.handle(request);
    return reply instanceof Promise ? reply.catch(() => FAILED) : reply;
  } catch {
    return FAILED;
  }
}

const FAILED: Reply = {
  status: 500,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body: 'internal error\n',
};
