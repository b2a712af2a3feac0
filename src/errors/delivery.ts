import type { Diagnostics } from '../core/diagnostics.js';
import { isPromiseLike } from '../core/promise.js';
import type { ErrorReport } from './report.js';
import type { ErrorSink, Lost } from './sink.js';

/** Hands errors to sinks, and keeps count of what does not arrive. */
export interface Delivery {
  hand(report: ErrorReport): void;
  /** Resolves when every sink has sent what was waiting. */
  flush(signal: AbortSignal): Promise<void>;
  /** Sinks that are still at it. */
  busy(): readonly string[];
  /** How many errors each sink was not told of, or could not pass on. */
  dropped(): readonly (readonly [sink: string, count: number])[];
}

/** A sink that does not settle must not fill the memory. */
const MOST_PENDING = 100;

interface Post {
  readonly sink: ErrorSink;
  readonly lost: Lost;
  pending: number;
  dropped: number;
  flushing: boolean;
}

/** Creates the way to these sinks. None of them can harm the service, or keep another waiting. */
export function createDelivery(sinks: readonly ErrorSink[], diagnostics: Diagnostics): Delivery {
  const posts = sinks.map((sink) => {
    const post: Post = { sink, lost, pending: 0, dropped: 0, flushing: false };
    function lost(why: unknown, count = 1): void {
      post.dropped += count;
      diagnostics.caught(`errors/${sink.name}`, why);
    }
    return post;
  });

  async function settle(post: Post, done: PromiseLike<unknown>): Promise<void> {
    post.pending++;
    try {
      await done;
    } catch (error) {
      post.lost(error);
    }
    post.pending--;
  }

  function handTo(post: Post, report: ErrorReport): void {
    if (post.pending >= MOST_PENDING) {
      post.dropped++;
      return;
    }
    try {
      const done: unknown = post.sink.capture(report, post.lost);
      if (isPromiseLike(done)) void settle(post, done);
    } catch (error) {
      post.lost(error);
    }
  }

  async function flushOne(post: Post, signal: AbortSignal): Promise<void> {
    if (post.sink.flush === undefined) return;
    post.flushing = true;
    try {
      await post.sink.flush(signal);
    } catch (error) {
      diagnostics.caught(`errors/${post.sink.name}`, error);
    }
    post.flushing = false;
  }

  return {
    hand(report) {
      for (const post of posts) handTo(post, report);
    },
    async flush(signal) {
      await Promise.all(posts.map((post) => flushOne(post, signal)));
    },
    busy: () => posts.filter(({ flushing }) => flushing).map(({ sink }) => `errors/${sink.name}`),
    dropped: () => posts.map(({ sink, dropped }) => [sink.name, dropped] as const),
  };
}
