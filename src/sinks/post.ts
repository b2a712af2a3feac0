import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** Where to post to. */
export interface PostOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Posts a body of JSON; rejects when it was not taken. */
export type Poster = (body: string, signal: AbortSignal) => Promise<void>;

const NO_TIME = 'no time left to wait for an answer';

/** A refusal by the server. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  /** Whether it may take the same later. */
  readonly passing: boolean;

  constructor(status: number) {
    super(`answered with status ${status}`);
    this.passing = status >= 500 || status === 408 || status === 429;
  }
}

/** Creates what posts to one URL. Each request has a connection of its own. */
export function createPoster({ url, headers, timeout }: PostOptions): Poster {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return function post(body, signal) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(new Error(NO_TIME));
      const request = send(url, {
        method: 'POST',
        agent: false,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...headers,
        },
      });
      const late = setTimeout(() => end(new Error(`no answer within ${timeout} ms`)), timeout);
      late.unref();
      const aborted = (): void => end(new Error(NO_TIME));
      signal.addEventListener('abort', aborted);

      function end(error?: Error): void {
        clearTimeout(late);
        signal.removeEventListener('abort', aborted);
        request.destroy();
        if (error === undefined) resolve();
        else reject(error);
      }

      request
        .on('socket', (socket) => socket.unref())
        .on('error', end)
        .on('response', ({ statusCode = 0 }) =>
          end(statusCode >= 200 && statusCode < 300 ? undefined : new RefusedError(statusCode)),
        )
        .end(body);
    });
  };
}
