import type { Diagnostics } from '../core/diagnostics.js';
import type { Part } from '../core/lifecycle.js';
import { operationIn, type Scopes } from '../core/scope.js';
import type { Observer } from '../model/observer.js';
import { type CaptureParts, createCapture } from './capture.js';
import { createDelivery } from './delivery.js';
import { createGroups } from './groups.js';
import { createErrorsObserver } from './observer.js';
import type { ErrorsOptions } from './options.js';
import type { ErrorContext, ErrorGroup, ErrorOrigin } from './report.js';
import { onUncaught } from './uncaught.js';

/** The errors of a service, in groups. */
export interface Errors {
  /**
   * The groups, the last seen first. At most 200 are kept; then the one not seen for longest goes.
   *
   * @example
   * for (const { type, message, count, route } of monitoring.errors.groups()) {
   *   console.log(`${count} × ${type}: ${message} (${route})`);
   * }
   */
  groups(): readonly ErrorGroup[];
}

/** What captures the errors of one Monitoring. */
export interface ErrorCapture extends Errors {
  captureError(error: unknown, context?: ErrorContext): string;
  /** Absent when errors are off. */
  readonly observer: Observer | undefined;
  /** Takes note of what work that has a span, and no operation, threw or rejected with. */
  failed(error: unknown, span: Ids): void;
  readonly part: Part;
  /** How many groups had to make room. */
  forgotten(): number;
  /** How many errors each sink could not be told of. */
  dropped(): readonly (readonly [sink: string, count: number])[];
}

/** Of a span. */
export interface Ids {
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

/** What the errors need from the rest of the service. */
export interface ErrorsParts extends Pick<CaptureParts, 'service' | 'log' | 'count'> {
  readonly scopes: Scopes;
  readonly diagnostics: Diagnostics;
  /** The ids of the active span. */
  readonly ids: () => Ids;
  /** Whether there is a line for every operation that fails. */
  readonly operationLines: boolean;
}

/** Creates the errors of one Monitoring. */
export function createErrors(options: ErrorsOptions, parts: ErrorsParts): ErrorCapture {
  const { scopes, diagnostics, ids, operationLines } = parts;
  const groups = createGroups();
  const delivery = createDelivery(options.sinks ?? [], diagnostics);
  const capture = createCapture({ ...parts, groups, delivery });

  function captureHere(
    error: unknown,
    origin: ErrorOrigin,
    context: ErrorContext,
    span: Ids = ids(),
    logged = false,
  ): string {
    const operation = operationIn(scopes.active());
    return capture({ error, origin, context, operation, ...span, logged });
  }

  function failedWork(error: unknown, span: Ids): void {
    // What fails in an operation is told by the line of that, or was dealt with.
    const logged = operationLines && operationIn(scopes.active()) !== undefined;
    captureHere(error, 'trace', UNHANDLED, span, logged);
  }

  return {
    groups: groups.list,
    forgotten: groups.forgotten,
    dropped: delivery.dropped,
    captureError: (error, context = {}) => captureHere(error, 'captureError', context),
    observer: createErrorsObserver((operation, origin) => {
      const { error, trace, http } = operation;
      const { traceId, spanId } = trace ?? {};
      const logged = operationLines && http?.logged !== false;
      capture({ error, origin, context: UNHANDLED, operation, traceId, spanId, logged });
    }),
    failed: failedWork,
    part: endingPart(options, delivery, (error, origin) => {
      captureHere(error, origin, FATAL);
    }),
  };
}

const UNHANDLED: ErrorContext = { handled: false };
const FATAL: ErrorContext = { handled: false, level: 'fatal' };

function endingPart(
  { uncaught = true }: ErrorsOptions,
  delivery: ReturnType<typeof createDelivery>,
  met: Parameters<typeof onUncaught>[0],
): Part {
  const late = new AbortController();
  let forget: (() => void) | undefined;
  return {
    name: 'errors',
    start() {
      if (uncaught) forget = onUncaught(met);
    },
    async stop() {
      forget?.();
      await delivery.flush(late.signal);
    },
    cut() {
      const busy = delivery.busy();
      late.abort();
      return busy;
    },
  };
}

/** Errors that are off: taken, and forgotten. */
export function createSilentErrors(): ErrorCapture {
  return {
    groups: () => [],
    forgotten: () => 0,
    dropped: () => [],
    captureError: () => '',
    observer: undefined,
    failed() {},
    part: { name: 'errors' },
  };
}
