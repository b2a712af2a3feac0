import type { Writable } from 'node:stream';
import type { Reply } from '../model/endpoint.js';

/**
 * Sends a body and ends. Of one in pieces each takes a turn of the event loop: the kernel copies what
 * it is given at once, and while that is a megabyte every other request waits.
 */
export function send(to: Writable, body: Reply['body']): void {
  if (typeof body === 'string' || body instanceof Uint8Array) to.end(body);
  else sendPieces(to, body, 0);
}

function sendPieces(to: Writable, pieces: readonly Uint8Array[], at: number): void {
  if (at >= pieces.length - 1) {
    to.end(pieces[at]);
    return;
  }
  // What is written at once is told of at once, too: `drain` alone would let nobody in between.
  if (to.write(pieces[at])) setImmediate(goOn);
  else to.once('drain', () => setImmediate(goOn));

  function goOn(): void {
    try {
      sendPieces(to, pieces, at + 1);
    } catch {
      // A response that somebody else has made unfit for writing can only be given up.
      to.destroy();
    }
  }
}
