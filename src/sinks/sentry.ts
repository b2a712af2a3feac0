import { errorFrom } from '../core/described-error.js';
import type { ErrorReport } from '../errors/report.js';
import type { ErrorSink } from '../errors/sink.js';
import { TelltaleError } from '../model/errors.js';
import { completed, type SentryEvent } from './sentry-event.js';
import { createSentryFates, type SentryClientLike, type SentrySettings } from './sentry-fates.js';

/** What is used of Sentry's SDK: the module `@sentry/node` has it, from version 8 on. */
export interface SentryLike {
  captureException(error: unknown, hint?: SentryHint): unknown;
  captureMessage?(message: string, captureContext?: SentryHint['captureContext']): unknown;
  flush?(timeoutMs?: number): unknown;
  getClient?(): SentryClientLike | undefined;
}

/** What Sentry is told beside the error. */
export interface SentryHint {
  data?: { mechanism: { type: string; handled: boolean } };
  captureContext?: <Scope extends SentryScope>(scope: Scope) => Scope;
}

/** What is used of Sentry's scopes. */
export interface SentryScope {
  addEventProcessor(complete: <Event extends SentryEvent>(event: Event) => Event): unknown;
}

/** Options of {@link sentry}. */
export interface SentryOptions {
  /**
   * @default that of `Sentry.init`, otherwise the version of the service
   */
  release?: string;
  /**
   * @default that of `Sentry.init`, otherwise that of the service
   */
  environment?: string;
}

/** How long it may take Sentry to send what is waiting; the shutdown may give it less. */
const FLUSH_MS = 2000;

/**
 * Tells Sentry of errors, with trace, route, user and tags. Sentry must have been set up; what its
 * own integrations have told it of already is not told again, and they do not tell what this has.
 * Events that do not arrive are counted.
 *
 * @throws TelltaleError when the client is none.
 * @example
 * Sentry.init({ dsn: process.env.SENTRY_DSN });
 * setupMonitoring(app, { errors: { sinks: [sentry(Sentry)] } });
 */
export function sentry(client: SentryLike, options: SentryOptions = {}): ErrorSink {
  if (typeof client?.captureException !== 'function') {
    throw new TelltaleError(
      'TELLTALE_INVALID_OPTION',
      `sentry: expected Sentry's SDK, something with captureException, got ${typeof client}`,
    );
  }

  // Sentry takes no error twice, though several requests may fail by one.
  const told = new WeakSet<object>();
  const fates = createSentryFates();

  function isAbsent(): boolean {
    return client.getClient !== undefined && client.getClient() === undefined;
  }

  function hintFor(report: ErrorReport, set: SentrySettings): Required<SentryHint> {
    const build = {
      release: options.release ?? (set.release ? undefined : report.service.version),
      environment:
        options.environment ?? (set.environment ? undefined : report.service.environment),
    };
    return {
      data: { mechanism: { type: 'telltale', handled: report.handled } },
      captureContext(scope) {
        scope.addEventProcessor((event) => completed(event, report, build));
        return scope;
      },
    };
  }

  function tell(report: ErrorReport, hint: Required<SentryHint>): void {
    const { error, described } = report;
    const isObject = typeof error === 'object' && error !== null;
    if (!isObject && client.captureMessage !== undefined) {
      client.captureMessage(described.message, hint.captureContext);
      return;
    }
    // Sentry knows errors by their identity, and shows all that they say.
    const isNew = isObject && !told.has(error);
    client.captureException(isNew && described.intact ? error : errorFrom(described), hint);
    if (!isNew) return;
    told.add(error);
    markTold(error);
  }

  return {
    name: 'sentry',
    capture(report, lost) {
      if (wasTold(report.error) && !told.has(report.error as object)) return;
      if (isAbsent()) return lost(new Error('Sentry.init was not called'));
      const current = client.getClient?.();
      const hint = hintFor(report, current?.getOptions?.() ?? {});
      if (current !== undefined) fates.follow(current, hint.captureContext, lost);
      tell(report, hint);
    },
    async flush(signal) {
      // Sentry's own answer would be that it is not done.
      if (isAbsent()) return;
      signal.addEventListener('abort', fates.giveUp, { once: true });
      const isDone = await client.flush?.(FLUSH_MS);
      if (isDone !== false || signal.aborted || fates.giveUp() > 0) return;
      throw new Error('Sentry had no time left to send what was waiting');
    },
  };
}

/** By which Sentry itself knows what it has been told of. */
const TOLD = '__sentry_captured__';

function wasTold(error: unknown): boolean {
  try {
    return (error as Record<string, unknown> | null)?.[TOLD] === true;
  } catch {
    return false;
  }
}

function markTold(error: unknown): void {
  try {
    Object.defineProperty(error, TOLD, { value: true, configurable: true, writable: true });
  } catch {
    // Sentry's own integrations may tell a frozen error again.
  }
}
