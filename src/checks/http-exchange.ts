import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { abortable } from './abortable.js';
import type { Pem } from './pem.js';

/** What to send, and where to end up. */
export interface HttpAsk {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly followRedirects: boolean;
  readonly ca: Pem | undefined;
}

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Asks a server and hands the response to `read`. Each request has a connection of its own, which is
 * gone when this has settled, also when that is because the signal aborts.
 */
export async function exchange<T>(
  url: URL,
  ask: HttpAsk,
  signal: AbortSignal,
  read: (response: IncomingMessage) => T | Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  let target = url;
  let { headers } = ask;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const request = open(target, ask, headers);
    try {
      const [response] = (await abortable(signal, once(request, 'response'))) as [IncomingMessage];
      const next = ask.followRedirects ? redirectOf(response, target) : undefined;
      if (next === undefined) return await abortable(signal, Promise.resolve(read(response)));
      // They may hold what is for the first server only.
      if (next.origin !== target.origin) headers = {};
      target = next;
    } finally {
      request.destroy();
    }
  }
  throw new Error(`more than ${MOST_REDIRECTS} redirects`);
}

function open(target: URL, { method, ca }: HttpAsk, headers: HttpAsk['headers']): ClientRequest {
  // The connections that the application keeps alive may all be taken.
  const options = { method, headers, agent: false as const };
  const request =
    target.protocol === 'https:'
      ? requestHttps(target, {
          ...options,
          ...(ca !== undefined && { ca: [ca].flat() as string[] }),
        })
      : requestHttp(target, options);
  // What goes wrong after the response would otherwise end the process.
  return request.on('error', () => {}).end();
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage, from: URL): URL | undefined {
  const { location } = headers;
  return REDIRECTS.has(statusCode) && location !== undefined ? new URL(location, from) : undefined;
}
