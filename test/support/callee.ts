import { createServer, request } from 'node:http';
import { context, propagation } from '@opentelemetry/api';
import { type Monitoring, type MonitoringOptions, setupMonitoring } from '../../src/index.js';
import { createLogSink } from './log-sink.js';
import { createSpanMemory, type SpanMemory } from './span-memory.js';

/** Headers by lower-case name. */
export type HeaderRecord = Record<string, string>;

/** A monitored server that answers with the headers it would send on. */
export interface Callee {
  readonly monitoring: Monitoring;
  readonly memory: SpanMemory;
  readonly sink: ReturnType<typeof createLogSink>;
  /** Sends headers as they are, a list more than once; resolves to those it would send on. */
  call(headers?: Record<string, string | string[]>, path?: string): Promise<HeaderRecord>;
  /** Ends everything, so that every span has been exported. */
  end(): Promise<void>;
}

/** Starts one. `/fail` answers 500. */
export async function startCallee(
  traces: MonitoringOptions['traces'] = {},
  options: MonitoringOptions = {},
): Promise<Callee> {
  const memory = createSpanMemory();
  const sink = createLogSink();
  const server = createServer((incoming, response) => {
    const onward: HeaderRecord = {};
    propagation.inject(context.active(), onward);
    response.statusCode = incoming.url?.startsWith('/fail') ? 500 : 200;
    response.end(JSON.stringify(onward));
  });
  const monitoring = setupMonitoring(server, {
    serviceName: 'callee',
    logs: { destination: sink },
    traces: traces && { exporter: memory, ...traces },
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  let ended = false;
  return {
    monitoring,
    memory,
    sink,
    call: (headers = {}, path = '/') =>
      new Promise((resolve, reject) => {
        const sent = request({ port, host: '127.0.0.1', path, headers }, (answer) => {
          let body = '';
          answer.on('data', (chunk) => (body += chunk));
          answer.on('end', () => resolve(JSON.parse(body)));
        });
        sent.on('error', reject).end();
      }),
    async end() {
      if (ended) return;
      ended = true;
      server.closeAllConnections();
      server.close();
      await monitoring.shutdown();
    },
  };
}
