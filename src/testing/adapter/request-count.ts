import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server } from 'node:http';

/** How many requests Node itself says that a server has begun. */
export interface RequestCount {
  of(server: unknown): number;
  stop(): void;
}

interface Started {
  readonly request: IncomingMessage;
  readonly server: Server;
}

const CHANNEL = 'http.server.request.start';

/** Counts from now on; `counts` chooses the requests. */
export function countRequests(
  counts: (request: IncomingMessage) => boolean = () => true,
): RequestCount {
  const begun = new Map<unknown, number>();

  function onStart(started: unknown): void {
    const { request, server } = started as Started;
    if (counts(request)) begun.set(server, (begun.get(server) ?? 0) + 1);
  }

  subscribe(CHANNEL, onStart);
  return {
    of: (server) => begun.get(server) ?? 0,
    stop: () => void unsubscribe(CHANNEL, onStart),
  };
}
