import type { ErrorReport } from '../errors/report.js';
import type { ErrorSink, Lost } from '../errors/sink.js';
import { type Poster, RefusedError } from './post.js';
import { messageOf } from './webhook-message.js';

/** What waits to be posted, a group at a time. */
export interface WebhookQueue {
  add(report: ErrorReport, lost: Lost): void;
  flush: NonNullable<ErrorSink['flush']>;
}

/** What a queue needs. */
export interface WebhookQueueParts {
  readonly post: Poster;
  /** Milliseconds between two messages about one group. */
  readonly interval: number;
  /** Groups of which something may wait. */
  readonly most: number;
}

/** One group: the last of its errors, and how many have come since it was told of. */
interface Entry {
  report: ErrorReport;
  lost: Lost;
  count: number;
  /** Not told of again before. */
  due: number;
}

/** Errors in one message. */
const MOST_IN_ONE = 50;
/** Before the second and the third try, in milliseconds. */
const RETRY_AFTER = [500, 2000];

/** Creates an empty queue. */
export function createWebhookQueue({ post, interval, most }: WebhookQueueParts): WebhookQueue {
  // In the order in which they came.
  const entries = new Map<string, Entry>();
  let sending: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let flushing = false;
  let over = new AbortController();
  /** Ends the wait for the next try. */
  let hurry = (): void => {};

  function add(report: ErrorReport, lost: Lost): void {
    const { fingerprint } = report.group;
    const known = entries.get(fingerprint);
    if (known !== undefined) {
      Object.assign(known, { report, lost, count: known.count + 1 });
    } else if (hasRoom()) {
      entries.set(fingerprint, { report, lost, count: 1, due: 0 });
    } else {
      return lost(new Error(`errors of ${most} groups wait already`));
    }
    sendDue();
  }

  /** A group of which nothing waits makes room, though it may then be told of again too early. */
  function hasRoom(): boolean {
    if (entries.size < most) return true;
    for (const [fingerprint, { count }] of entries) {
      if (count === 0) return entries.delete(fingerprint);
    }
    return false;
  }

  function sendDue(): void {
    if (sending !== undefined) return;
    clearTimeout(timer);
    const waiting = [...entries.values()].filter(({ count }) => count > 0);
    const now = performance.now();
    const due = waiting.filter((entry) => flushing || entry.due <= now);
    if (due.length > 0) {
      sending = send(due.slice(0, MOST_IN_ONE), now).then(() => {
        sending = undefined;
        sendDue();
      });
    } else if (waiting.length > 0) {
      const next = Math.min(...waiting.map((entry) => entry.due));
      timer = setTimeout(sendDue, Math.max(1, next - now)).unref();
    }
  }

  async function send(batch: readonly Entry[], now: number): Promise<void> {
    const told = batch.map(({ report, lost, count }) => ({ report, lost, count }));
    for (const entry of batch) Object.assign(entry, { count: 0, due: now + interval });
    try {
      await postPatiently(messageOf(told));
    } catch (error) {
      for (const { lost, count } of told) lost(error, count);
    }
  }

  async function postPatiently(body: string): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        return await post(body, over.signal);
      } catch (error) {
        const hopeless = error instanceof RefusedError && !error.passing;
        const wait = RETRY_AFTER[tries];
        if (hopeless || wait === undefined || flushing) throw error;
        await new Promise<void>((resolve) => {
          hurry = resolve;
          setTimeout(resolve, wait).unref();
        });
      }
    }
  }

  return {
    add,
    async flush(signal) {
      const end = over;
      signal.addEventListener('abort', () => end.abort(), { once: true });
      flushing = true;
      hurry();
      for (sendDue(); sending !== undefined; sendDue()) await sending;
      flushing = false;
      over = new AbortController();
    },
  };
}
