import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Monitoring, type MonitoringOptions, setupMonitoring } from '../../src/index.js';
import { createLogSink } from '../support/log-sink.js';
import type { Go } from './mechanism.js';
import type { Services } from './services.js';

/** What the lines of a crowd of requests said of whose they are. */
export interface Verdicts {
  readonly requests: number;
  /** Requests that wrote at least one line. */
  readonly heard: number;
  readonly own: number;
  /** Lines with the ids of another request. */
  readonly foreign: number;
  /** Lines without ids. */
  readonly none: number;
}

/** A monitored server, whose requests can be sent through anything. */
export interface Crowd {
  readonly monitoring: Monitoring;
  /** Sends requests, holds them until all are there, and lets them go at once. */
  through(go: Go, services: Services, requests: number): Promise<Verdicts>;
  stop(): Promise<void>;
}

interface Round {
  readonly go: Go;
  readonly services: Services;
  /** Resolves when everybody has called it. */
  together(): Promise<void>;
}

const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0');
const traceOf = (round: number, n: number) => `${hex(round + 1, 16)}${hex(n + 1, 16)}`;
const requestOf = (round: number, n: number) => `round-${round}-${n}`;

/** Starts the server. */
export async function startCrowd(options: MonitoringOptions): Promise<Crowd> {
  const sink = createLogSink();
  const rounds: Round[] = [];
  const server = createServer(async (incoming, response) => {
    const [, round, n] = (incoming.url ?? '').split('/').map(Number);
    const { go, services, together } = rounds[round as number] as Round;
    await together();
    await go(() => monitoring.logger.info({ round, n }, 'line'), services);
    response.end();
  });
  const monitoring = setupMonitoring(server, {
    ...options,
    logs: { destination: sink, requests: false },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 2048, resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });

  function send(round: number, n: number): Promise<void> {
    const headers = {
      traceparent: `00-${traceOf(round, n)}-00f067aa0ba902b7-01`,
      'x-request-id': requestOf(round, n),
    };
    return new Promise((resolve, reject) => {
      request({ port, host: '127.0.0.1', path: `/${round}/${n}`, agent, headers }, (response) => {
        response.resume().on('end', resolve);
      })
        .on('error', reject)
        .end();
    });
  }

  return {
    monitoring,
    async through(go, services, requests) {
      const round = rounds.push({ go, services, together: gathering(requests) }) - 1;
      sink.lines.length = 0;
      await Promise.all(Array.from({ length: requests }, (_, n) => send(round, n)));
      const lines = sink.lines.filter((line) => line.round === round);
      const isOwn = ({ n, trace_id, request_id }: (typeof lines)[number]) =>
        trace_id === traceOf(round, Number(n)) && request_id === requestOf(round, Number(n));
      const own = lines.filter(isOwn).length;
      const none = lines.filter((line) => line.trace_id === undefined).length;
      const heard = new Set(lines.map(({ n }) => n)).size;
      return { requests, heard, own, none, foreign: lines.length - own - none };
    },
    async stop() {
      agent.destroy();
      await monitoring.shutdown();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function gathering(requests: number): () => Promise<void> {
  let missing = requests;
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    if (--missing === 0) open();
    return opened;
  };
}
