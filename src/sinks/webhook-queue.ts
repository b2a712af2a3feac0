import type { ErrorReport } from '../errors/report.js';
import type { ErrorSink, Lost } from '../errors/sink.js';
import { type Poster, RefusedError } from './post.js';
import { messageOf, type Shown } from './webhook-message.js';

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

/** One group. */
interface Entry {
  /** The last of its errors; undefined when that has been told of. */
  report: Shown | undefined;
  lost: Lost;
  /** How many have come since it was told of. */
  count: number;
  /** Not told of again before. */
  due: number;
}

type Waiting = Entry & { report: Shown };

function isWaiting(entry: Entry): entry is Waiting {
  return entry.report !== undefined;
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

  function add({ error: _thrown, ...report }: ErrorReport, lost: Lost): void {
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
    for (const [fingerprint, entry] of entries) {
      if (!isWaiting(entry)) return entries.delete(fingerprint);
    }
    return false;
  }

  function sendDue(): void {
    if (sending !== undefined) return;
    clearTimeout(timer);
    const waiting = [...entries.values()].filter(isWaiting);
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

  async function send(batch: readonly Waiting[], now: number): Promise<void> {
    const told = batch.map(({ report, lost, count }) => ({ report, lost, count }));
    const rest = { report: undefined, count: 0, due: now + interval };
    for (const entry of batch) Object.assign(entry, rest);
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
