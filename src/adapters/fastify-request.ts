import type { IncomingMessage } from 'node:http';
import type { Exchange } from '../model/adapter.js';

/** The part of a Fastify instance that the adapter needs. */
export interface FastifyLike {
  server: object;
  addHook(name: string, hook: (...args: never[]) => unknown): unknown;
  register(...args: never[]): unknown;
  inject(...args: never[]): unknown;
}

/** A request as Fastify wraps it. */
export interface FastifyRequest {
  raw: IncomingMessage;
  is404: boolean;
  routeOptions: { url?: string | undefined };
}

/** Names the route of a request by Fastify's own template. */
export function nameRoute(exchange: Exchange, request: FastifyRequest): void {
  exchange.matched(request.is404 ? undefined : request.routeOptions.url);
}
