import { createMonitoring, type InstrumentationParts, type Monitoring } from '../../src/index.js';
import { type PgOptions, type PgTarget, pg } from '../../src/instrumentation/pg.js';
import { createLogSink, type LogSink } from '../support/log-sink.js';
import { createSpanMemory, type SpanMemory } from '../support/span-memory.js';

/** A Monitoring that watches something of node-postgres, and what it has told. */
export interface Watched {
  readonly monitoring: Monitoring;
  /** What its instrumentations are installed with. */
  readonly parts: InstrumentationParts;
  readonly sink: LogSink;
  readonly memory: SpanMemory;
  /** Stops; the spans are there then. */
  stop(): Promise<void>;
  /** The samples of a metric, without those of its buckets. */
  samples(metric: string): Promise<string[]>;
}

/** Starts one. */
export function watch(target: PgTarget, options?: PgOptions): Watched {
  const sink = createLogSink();
  const memory = createSpanMemory();
  let parts: InstrumentationParts | undefined;
  const monitoring = createMonitoring({
    serviceName: 'shop',
    logs: { destination: sink, level: 'debug' },
    traces: { exporter: memory },
    instrumentation: [
      pg(target, options),
      {
        name: 'parts',
        install(given) {
          parts = given;
          return () => {};
        },
      },
    ],
  });
  monitoring.start();
  if (parts === undefined) throw new Error('nothing was installed');
  return {
    monitoring,
    parts,
    sink,
    memory,
    stop: () => monitoring.shutdown(),
    async samples(metric) {
      const text = await monitoring.metrics.text();
      return text
        .split('\n')
        .filter((line) => line.startsWith(metric) && !/_bucket\{|_sum/.test(line));
    },
  };
}
