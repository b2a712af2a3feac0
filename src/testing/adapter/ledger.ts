import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MonitoredApp, type Monitoring, setupMonitoring } from '../../index.js';

/** What the books of a monitored application must come to. */
export interface Balance {
  readonly requests: number;
  /** How many of them were aborted, where that is known. */
  readonly aborted: number | 'any';
  /** The statuses that were sent, where the client stayed for them. */
  readonly statuses?: readonly number[] | undefined;
  /** How many of them leave no span. */
  readonly unsampled?: number | undefined;
  /** Whether telltale may have counted faults of its own. */
  readonly faulty?: boolean | undefined;
}

/** Everything that a monitored application says about its requests. */
export interface Ledger {
  monitor(app: MonitoredApp): void;
  /**
   * Shuts the monitoring down.
   *
   * @throws AssertionError when metrics, lines and spans do not come to `expected` within the time.
   */
  settle(expected: Balance, milliseconds: number): Promise<void>;
}

interface RequestLine {
  readonly status: number;
  readonly aborted?: boolean;
  readonly trace_id: string;
  readonly span_id: string;
}

interface SpanLike {
  spanContext(): { traceId: string; spanId: string };
}

/** Creates a ledger: all signals are on, into memory, and every trace is recorded. */
export function createLedger(): Ledger {
  const lines: RequestLine[] = [];
  const spans: string[] = [];
  let monitoring: Monitoring | undefined;

  const destination = {
    write(text: string): void {
      for (const line of text.split('\n')) {
        if (line.includes('"msg":"request ')) lines.push(JSON.parse(line));
      }
    },
  };
  const exporter = {
    export(batch: SpanLike[], done: (result: { code: number }) => void): void {
      for (const span of batch) spans.push(idOf(span.spanContext()));
      done({ code: 0 });
    },
    shutdown: () => Promise.resolve(),
  };

  function check(text: string, { requests, aborted, faulty }: Balance): void {
    const balance = {
      counted: sumOf(text, 'http_requests_total'),
      timed: sumOf(text, 'http_request_duration_seconds_count'),
      inProgress: sumOf(text, 'http_requests_in_progress'),
      logged: lines.length,
      faults: faulty ? 0 : sumOf(text, 'telltale_faults_total'),
    };
    const due = { counted: requests, timed: requests, inProgress: 0, logged: requests, faults: 0 };
    assert.deepEqual(balance, due, 'the books of the requests do not balance');
    const given = {
      metric: sumOf(text, 'http_requests_total', 'status="499"'),
      status: lines.filter(({ status }) => status === 499).length,
      line: lines.filter((line) => line.aborted === true).length,
    };
    const gone = aborted === 'any' ? given.line : aborted;
    assert.deepEqual(given, { metric: gone, status: gone, line: gone }, 'aborts do not balance');
  }

  return {
    monitor(app) {
      monitoring = setupMonitoring(app, {
        serviceName: 'contract',
        logs: { destination },
        traces: { exporter, sampleRatio: 1 },
      });
    },
    async settle(expected, milliseconds) {
      assert.ok(monitoring !== undefined, 'the subject did not call monitor');
      const { metrics } = monitoring;
      try {
        await retried(milliseconds, async () => check(await metrics.text(), expected));
      } finally {
        await monitoring.shutdown();
      }
      assert.equal(spans.length, expected.requests - (expected.unsampled ?? 0), 'count of spans');
      assert.deepEqual(unsent(lines, expected.statuses), [], 'a line tells of a status never sent');
      const logged = new Set(lines.map((line) => `${line.trace_id} ${line.span_id}`));
      assert.equal(logged.size, lines.length, 'two lines tell of the same span');
      assert.deepEqual(
        spans.filter((id) => !logged.has(id)),
        [],
        'a span has no line',
      );
    },
  };
}

/** The statuses of whole responses that were not sent. */
function unsent(lines: readonly RequestLine[], sent: readonly number[] | undefined): number[] {
  if (sent === undefined) return [];
  const left = [...sent];
  return lines.flatMap(({ status, aborted }) => {
    const at = left.indexOf(Number(status));
    if (at !== -1) left.splice(at, 1);
    return at === -1 && aborted !== true ? [status] : [];
  });
}

function idOf({ traceId, spanId }: { traceId: string; spanId: string }): string {
  return `${traceId} ${spanId}`;
}

function sumOf(text: string, name: string, label = ''): number {
  return text
    .split('\n')
    .filter(
      (line) =>
        /^[{ ]/.test(line.slice(name.length)) && line.startsWith(name) && line.includes(label),
    )
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** Tries again until it does not throw or the time is over. */
export async function retried(milliseconds: number, fn: () => Promise<void>): Promise<void> {
  const giveUpAt = performance.now() + milliseconds;
  for (;;) {
    try {
      return await fn();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
    }
    await sleep(10);
  }
}
