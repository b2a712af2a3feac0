import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Tells how many bytes the bodies of the responses on one connection had, in their order. */
export interface BodySizes {
  of(response: ServerResponse): number | undefined;
}

/** What Node knows of a response once its head is written. */
interface Written {
  /** The announced or implied length; null when the body was sent in chunks. */
  _contentLength?: number | null;
  /** The head as it was sent. */
  _header?: string | null;
  /** False for HEAD, 204 and 304, which carry no body whatever their length says. */
  _hasBody?: boolean;
}

/**
 * The length of a response is known where Node knows it. Of a chunked body it is what the connection
 * has written since the responses before, less the head: its frames are counted with it.
 */
export function createBodySizes(socket: Socket): BodySizes {
  let before = 0;
  return {
    of(response) {
      const { _contentLength: length, _header: head, _hasBody: hasBody } = response as Written;
      if (typeof head !== 'string') return undefined;
      if (hasBody === false) {
        before += head.length;
        return 0;
      }
      if (typeof length === 'number') {
        before += head.length + length;
        return length;
      }
      const body = socket.bytesWritten - before - head.length;
      before = socket.bytesWritten;
      return body >= 0 ? body : undefined;
    },
  };
}
