import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Endpoint, EndpointRequest, Reply } from '../model/endpoint.js';

/** Lets an endpoint answer a request. */
export async function answer(
  endpoint: Endpoint,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? 'GET';
  const reply = await replyOf(endpoint, {
    method,
    path: endpoint.path,
    headers: request.headers,
    remoteAddress: request.socket?.remoteAddress,
  });
  // The asker may have gone while a check ran.
  if (response.destroyed || response.headersSent) return;
  try {
    response.writeHead(reply.status, reply.headers);
    response.end(method === 'HEAD' ? undefined : reply.body);
  } catch {
    // A response that somebody else has made unfit for writing can only be given up.
    response.destroy();
  }
}

/** The answer of an endpoint. Whatever goes wrong becomes a 500 without a word of why. */
export async function replyOf(endpoint: Endpoint, request: EndpointRequest): Promise<Reply> {
  try {
    return await endpoint.handle(request);
  } catch {
    return {
      status: 500,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
      body: 'internal error\n',
    };
  }
}
