import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, startProcess } from './process.js';
import type { ReceivedSpan } from './received-span.js';
import { spanReader } from './span-reader.js';

export type { ReceivedSpan } from './received-span.js';

/** How to start a collector; everything may be left out. */
export interface CollectorOptions {
  /** To come back where a stopped collector was. @default a free port */
  readonly port?: number;
}

/** A real OTLP collector that remembers the spans it is sent. */
export interface Collector {
  /** Base address for OTLP over HTTP, `http://127.0.0.1:port`; spans go to `/v1/traces`. */
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  /** What was received so far; a span that is just arriving may lack attributes. */
  spans(): readonly ReceivedSpan[];
  /**
   * Waits until this many spans, or more, have arrived.
   *
   * @throws Error that names the spans which did arrive, when these are too few by then
   */
  waitForSpans(count: number, timeoutMs: number): Promise<ReceivedSpan[]>;
  stop(): Promise<void>;
}

const require = createRequire(import.meta.url);

// The print-out of a request ends without a mark: when nothing follows for so long, it was all.
const quietMs = 25;

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
  return true;
}

/**
 * Starts the collector (rotel) and reads what it prints.
 *
 * @throws Error with the collector's own words when it does not start
 */
export async function startCollector(options: CollectorOptions = {}): Promise<Collector> {
  const home = path.dirname(require.resolve('@streamfold/rotel-linux-x64/package.json'));
  const port = options.port ?? (await freePort());
  const reader = spanReader();
  let lastOutputAt = 0;
  const { pid, stop } = await startProcess({
    command: path.join(home, 'bin/rotel-agent'),
    args: [
      'start',
      `--otlp-http-endpoint=127.0.0.1:${port}`,
      `--otlp-grpc-endpoint=127.0.0.1:${await freePort()}`,
      '--exporter=blackhole',
      '--disable-batching',
      '--debug-log=traces',
      '--debug-log-verbosity=detailed',
    ],
    // Its own log goes to standard output, too: between the spans.
    env: { RUST_LOG: 'off' },
    ready: () => accepts(port),
    onOutput(chunk) {
      lastOutputAt = performance.now();
      reader.read(chunk);
    },
  });

  async function waitForSpans(count: number, timeoutMs: number): Promise<ReceivedSpan[]> {
    const giveUpAt = performance.now() + timeoutMs;
    while (reader.spans.length < count || performance.now() - lastOutputAt < quietMs) {
      if (performance.now() > giveUpAt) {
        const names = [...new Set(reader.spans.map((span) => span.name))].join(', ');
        const got = `${reader.spans.length} of ${count} spans`;
        throw new Error(`The collector got ${got} in ${timeoutMs} ms: ${names || 'none'}`);
      }
      await sleep(5);
    }
    return [...reader.spans];
  }

  const spans = () => reader.spans;
  return { endpoint: `http://127.0.0.1:${port}`, port, pid, spans, waitForSpans, stop };
}
