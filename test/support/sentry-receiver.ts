import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** A span of a transaction, and the transaction itself. */
export interface SentrySpan {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id?: string;
  readonly op?: string;
  readonly description?: string;
  readonly data?: Record<string, unknown>;
}

/** An event as Sentry's SDK sends it. */
export interface SentryEvent {
  readonly type?: string;
  readonly transaction?: string;
  readonly contexts: { readonly trace: SentrySpan };
  readonly spans?: readonly SentrySpan[];
}

/** What stands in for Sentry. */
export interface SentryReceiver {
  readonly dsn: string;
  readonly transactions: SentryEvent[];
  readonly errors: SentryEvent[];
  close(): Promise<void>;
}

/** Starts a server that takes envelopes, and reads the events in them. */
export async function startSentryReceiver(): Promise<SentryReceiver> {
  const transactions: SentryEvent[] = [];
  const errors: SentryEvent[] = [];

  // https://develop.sentry.dev/sdk/data-model/envelopes/
  function read(envelope: string): void {
    const [, ...lines] = envelope.split('\n');
    for (let at = 0; at + 1 < lines.length; at += 2) {
      const { type } = JSON.parse(lines[at] as string);
      const payload = lines[at + 1] as string;
      if (type === 'transaction') transactions.push(JSON.parse(payload));
      if (type === 'event') errors.push(JSON.parse(payload));
    }
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      read(String(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    dsn: `http://key@127.0.0.1:${port}/1`,
    transactions,
    errors,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
