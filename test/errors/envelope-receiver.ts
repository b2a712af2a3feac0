import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** An event as Sentry's SDK sends it. */
export interface ReceivedEvent {
  level: string;
  release?: string;
  environment?: string;
  message?: string;
  tags?: Record<string, unknown>;
  extra?: Record<string, unknown>;
  user?: Record<string, unknown>;
  contexts: { trace: Record<string, unknown> };
  exception?: {
    values: {
      type: string;
      value: string;
      mechanism: { type: string; handled: boolean };
      stacktrace?: { frames: { filename: string; function: string; lineno: number }[] };
    }[];
  };
}

/** What Sentry's SDK can send to. */
export interface EnvelopeReceiver {
  readonly dsn: string;
  readonly events: ReceivedEvent[];
  close(): Promise<void>;
}

/** Starts a receiver of envelopes: https://develop.sentry.dev/sdk/data-model/envelopes/ */
export async function startEnvelopeReceiver(): Promise<EnvelopeReceiver> {
  const events: ReceivedEvent[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const zipped = request.headers['content-encoding'] === 'gzip';
      events.push(...eventsOf(String(zipped ? gunzipSync(body) : body)));
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    dsn: `http://key@127.0.0.1:${port}/1`,
    events,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function eventsOf(envelope: string): ReceivedEvent[] {
  const [, ...items] = envelope.split('\n').filter((line) => line !== '');
  const events: ReceivedEvent[] = [];
  for (let i = 0; i + 1 < items.length; i += 2) {
    const { type } = JSON.parse(items[i] as string);
    if (type === 'event') events.push(JSON.parse(items[i + 1] as string));
  }
  return events;
}
