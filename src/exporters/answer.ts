import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { LONGEST_TIMER_MS } from '../core/deadline.js';

/** What a collector answered. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** As much of the body as came in time and is worth reading. */
  readonly body: Buffer;
}

/** There was no answer in time. */
class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Time to connect and hand the whole request to the system. As long as it takes, the process cannot
 * end; an answer can be waited for without holding it.
 */
const SENDING_MS = 4000;
/** Time for the body of an answer of which the status is known. */
const BODY_MS = 1000;
const LARGEST_BODY = 65_536;

/**
 * Waits for the answer to a request, without keeping the process alive for it.
 *
 * @throws TimeoutError when there is none in time, and whatever the request fails with.
 */
export function answerTo(request: ClientRequest, milliseconds: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const waiting = alarm(milliseconds, 'no answer');
    const sending = alarm(Math.min(milliseconds, SENDING_MS), 'the request could not be sent');

    function alarm(time: number, what: string): NodeJS.Timeout {
      const error = new TimeoutError(`${what} within ${Math.round(time)} ms`);
      return setTimeout(() => request.destroy(error), Math.min(time, LONGEST_TIMER_MS)).unref();
    }
    function over(): void {
      clearTimeout(waiting);
      clearTimeout(sending);
    }
    request.on('socket', (socket: Socket) => socket.unref());
    request.on('finish', () => clearTimeout(sending));
    request.on('error', (error) => {
      over();
      // A connection may also break in the body of an answer, of which the status is known by then.
      if (!isAnswered) reject(error);
    });
    request.on('response', (response: IncomingMessage) => {
      over();
      isAnswered = true;
      readBody(response, (body) =>
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
          body,
        }),
      );
    });
  });
}

/** The body adds to what the status says, so less of it than there is does no harm. */
function readBody(response: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => response.destroy(), BODY_MS).unref();
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > LARGEST_BODY) response.destroy();
    else chunks.push(chunk);
  });
  response.on('error', () => {});
  response.on('close', () => {
    clearTimeout(timer);
    done(Buffer.concat(chunks));
  });
}
