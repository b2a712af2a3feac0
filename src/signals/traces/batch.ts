import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { type Attempt, attemptExport } from './attempt.js';
import type { BatchSettings } from './batch-settings.js';
import { type Account, createAccount, type DeliveryChange, type LossReason } from './ledger.js';
import type { SpanExporterLike } from './options.js';
import { type ExportOutcome, isPassing, reasonOf } from './outcome.js';
import { type Outlet, shutDown } from './outlet.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
/** With less time than that, an attempt could only run out of it, and hide why those before failed. */
const SHORTEST_ATTEMPT_MS = 250;
/** Longer than that no collector is left alone. */
const LONGEST_REST_MS = 60_000;
/** The share of the time for the end that is left to the exporter to close what it has open. */
const CLOSING = 0.1;

/** Told what the rest of the traces must know of a batch. */
export interface BatchListener {
  changed(change: DeliveryChange): void;
  /** There is a whole batch, and no exporter yet. */
  full(): void;
}

/**
 * Collects spans and sends them in batches, one at a time, each as often as it takes and as there is
 * time for. Every span ends up in the account, exported or lost. Nothing in it keeps the process
 * alive, except while somebody waits for it.
 */
export function createBatch(
  name: string,
  settings: BatchSettings,
  listener: BatchListener,
): Outlet {
  const { delay, timeout, queueSize, batchSize } = settings;
  const account: Account = createAccount(
    name,
    () => queue.length + sending,
    (change) => listener.changed(change),
  );
  const underWay = new Set<Promise<void>>();
  const attempts = new Set<Attempt>();
  const pauses = new Set<() => void>();
  let queue: ReadableSpan[] = [];
  let sending = 0;
  let exporter: SpanExporterLike | undefined;
  let closedFor: LossReason | undefined;
  let timer: NodeJS.Timeout | undefined;
  let restUntil = 0;
  /** When the service ends, by performance.now(). */
  let endsAt = Number.POSITIVE_INFINITY;

  function schedule(): void {
    if (exporter === undefined || underWay.size > 0 || queue.length === 0) return;
    const rest = restUntil - performance.now();
    if (queue.length >= batchSize && rest <= 0) return launch(exporter);
    if (timer !== undefined) return;
    timer = setTimeout(send, Math.max(rest, queue.length >= batchSize ? 0 : delay));
    timer.unref();
  }

  function send(): void {
    timer = undefined;
    if (exporter !== undefined && queue.length > 0) launch(exporter);
  }

  function launch(to: SpanExporterLike): void {
    clearTimeout(timer);
    timer = undefined;
    const spans = queue.length <= batchSize ? queue : queue.slice(0, batchSize);
    queue = queue.length <= batchSize ? [] : queue.slice(batchSize);
    sending += spans.length;
    const work = deliver(to, spans).finally(() => {
      underWay.delete(work);
      sending -= spans.length;
      schedule();
    });
    underWay.add(work);
  }

  async function deliver(to: SpanExporterLike, spans: readonly ReadableSpan[]): Promise<void> {
    const until = performance.now() + timeout;
    account.begin();
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const outcome = await attempt(to, spans, Math.min(until, endsAt) - performance.now());
      if (outcome.code === 0) {
        const rejected = Math.min(outcome.rejected ?? 0, spans.length);
        account.lose(outcome.reason ?? 'rejected', rejected, outcome.error);
        return account.deliver(spans.length - rejected);
      }
      const reason = outcome.reason ?? reasonOf(outcome.error);
      const wait = Math.max(outcome.pause ?? 0, pause * (0.8 + 0.4 * Math.random()));
      if (!mayRepeat(outcome, reason, wait, until)) {
        restUntil = performance.now() + Math.min(outcome.pause ?? 0, LONGEST_REST_MS);
        return account.lose(reason, spans.length, outcome.error);
      }
      // A first failure may be over with the next attempt, unless it took long already.
      if (pause > FIRST_PAUSE_MS || reason === 'timeout') account.fail(reason, outcome.error);
      await sleep(wait);
    }
  }

  async function attempt(
    to: SpanExporterLike,
    spans: readonly ReadableSpan[],
    milliseconds: number,
  ): Promise<ExportOutcome> {
    const one = attemptExport(to, spans, Math.max(0, milliseconds));
    attempts.add(one);
    const outcome = await one.outcome;
    attempts.delete(one);
    return outcome;
  }

  function mayRepeat(
    { again }: ExportOutcome,
    reason: LossReason,
    wait: number,
    until: number,
  ): boolean {
    if (!again || !isPassing(reason)) return false;
    // Where nobody listens at the end, nobody will in the seconds that are left.
    if (closedFor === 'shutdown' && reason !== 'unavailable') return false;
    return performance.now() + wait + SHORTEST_ATTEMPT_MS < Math.min(until, endsAt);
  }

  function sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(alarm);
        pauses.delete(wake);
        resolve();
      };
      const alarm = setTimeout(wake, milliseconds);
      alarm.unref();
      pauses.add(wake);
    });
  }

  /** Sends all there is, and wakes what waits for its next attempt. */
  async function empty(to: SpanExporterLike): Promise<void> {
    // While somebody waits for it, it is work of the process as any other.
    const hold = setInterval(() => {}, LONGEST_REST_MS);
    for (const wake of [...pauses]) wake();
    while (queue.length > 0) launch(to);
    await Promise.all(underWay);
    clearInterval(hold);
  }

  function loseQueue(reason: LossReason): void {
    account.lose(reason, queue.length);
    queue = [];
  }

  /** Gives up what is not over when the time is, and says that it was the end that it was lost to. */
  function cut(): void {
    for (const one of attempts) one.cut({ code: 1, reason: 'shutdown' });
    for (const wake of [...pauses]) wake();
  }

  return {
    delivery: account,
    take(span) {
      if (closedFor !== undefined) return account.lose(closedFor, 1);
      if (queue.length >= queueSize) return account.lose('queue_full', 1);
      queue.push(span);
      if (exporter === undefined && queue.length === batchSize) listener.full();
      schedule();
    },
    open(to) {
      exporter = to;
      schedule();
    },
    abandon() {
      closedFor = 'no_exporter';
      loseQueue('no_exporter');
    },
    async flush() {
      if (exporter !== undefined) await empty(exporter);
    },
    async end(milliseconds) {
      if (exporter === undefined) return loseQueue('shutdown');
      closedFor = 'shutdown';
      const deadline = performance.now() + milliseconds;
      endsAt = deadline - milliseconds * CLOSING;
      const alarm = setTimeout(cut, endsAt - performance.now());
      await empty(exporter);
      clearTimeout(alarm);
      await shutDown(exporter, deadline - performance.now());
    },
  };
}
