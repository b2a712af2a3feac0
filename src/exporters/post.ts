import http from 'node:http';
import https from 'node:https';
import { type Answer, answerTo } from './answer.js';

/** Certificates for a connection over TLS, in PEM. */
export interface TlsFiles {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** Sends requests to one URL, over connections that are kept and hold no process. */
export interface Poster {
  /** @throws whatever the request fails with, or when there is no answer in time. */
  post(body: Uint8Array, headers: Record<string, string>, milliseconds: number): Promise<Answer>;
  /** Cuts everything at once. */
  close(): void;
}

/** Creates a poster. */
export function createPoster(url: string, tls: TlsFiles): Poster {
  const isSecure = /^https:/i.test(url);
  const agent = isSecure
    ? new https.Agent({ keepAlive: true, ...tls })
    : new http.Agent({ keepAlive: true });
  const { request } = isSecure ? https : http;
  const open = new Set<http.ClientRequest>();

  function send(
    body: Uint8Array,
    headers: Record<string, string>,
  ): { made: http.ClientRequest; answer: (milliseconds: number) => Promise<Answer> } {
    const made = request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': body.byteLength },
      agent,
    });
    open.add(made);
    made.on('close', () => open.delete(made));
    return {
      made,
      answer(milliseconds) {
        const answer = answerTo(made, milliseconds);
        made.end(body);
        return answer;
      },
    };
  }

  return {
    async post(body, headers, milliseconds) {
      const first = send(body, headers);
      try {
        return await first.answer(milliseconds);
      } catch (error) {
        if (!wasClosed(first.made, error)) throw error;
        return send(body, headers).answer(milliseconds);
      }
    },
    close() {
      for (const made of open) made.destroy();
      agent.destroy();
    },
  };
}

/** A connection that was kept may be closed by the collector at the moment at which it is used. */
function wasClosed(request: http.ClientRequest, error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
}
