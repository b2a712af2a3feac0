import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api';
import type { Observer } from '../../model/observer.js';
import type { Operation, OperationType } from '../../model/operation.js';
import { httpAttributes } from './http-attributes.js';
import { OperationTrace, spanContextIn } from './identity.js';
import type { KeptFor } from './keep.js';
import type { SpanRecorder } from './recorder.js';
import type { TracerParts } from './tracer.js';
import type { CallerReader } from './trust.js';
import { SPAN_KINDS } from './work.js';

/** What the observer needs. */
export interface ObserverParts extends Omit<TracerParts, 'scopes'> {
  readonly readCaller: CallerReader;
  /** Why work that is not recorded is to be kept, if it is; absent when none is. */
  readonly keptFor: ((operation: Operation) => KeptFor | undefined) | undefined;
}

/** Gives every operation its place in a trace, and makes a span of those that are recorded. */
export function createTracesObserver(parts: ObserverParts): Observer {
  const { sample, recorder, readCaller, keptFor } = parts;

  function endRecorded(operation: Operation): void {
    const identity = operation.trace as OperationTrace | undefined;
    if (identity?.recorded) endSpan(operation, identity);
  }

  function endOrKeep(keeper: SpanRecorder, why: NonNullable<typeof keptFor>) {
    return function end(operation: Operation): void {
      const identity = operation.trace as OperationTrace | undefined;
      if (identity === undefined) return;
      if (identity.recorded) return endSpan(operation, identity);
      const kept = why(operation);
      if (kept === undefined) return;
      identity.keep(keeper);
      endSpan(operation, identity, kept);
    };
  }

  const end =
    recorder === undefined || keptFor === undefined ? endRecorded : endOrKeep(recorder, keptFor);
  return {
    name: 'traces',
    watch(type: OperationType) {
      const kind = SPAN_KINDS[type.kind];
      return {
        start(operation) {
          const { http } = operation;
          const parent = http === undefined ? spanContextIn(operation.parent) : readCaller(http);
          operation.trace = new OperationTrace(operation, kind, parent, sample, recorder);
        },
        end,
      };
    },
  };
}

const UNSET = { code: SpanStatusCode.UNSET };

function endSpan(operation: Operation, identity: OperationTrace, kept?: KeptFor): void {
  const { http, error, outcome } = operation;
  // Most requests end without anybody having asked for their span, and without an error to note.
  if (http !== undefined && error === undefined && !identity.open) {
    const status = outcome === 'error' ? errorStatus(undefined) : UNSET;
    return identity.finish(status, attributesOf(operation, kept));
  }
  try {
    describe(operation, identity.span, kept);
  } finally {
    // What cannot be read off a request leaves its span poorer, and not open.
    identity.end();
  }
}

function describe(operation: Operation, span: Span, kept: KeptFor | undefined): void {
  const { error } = operation;
  span.updateName(operation.name);
  if (error !== undefined) span.recordException(error instanceof Error ? error : String(error));
  if (operation.outcome === 'error') span.setStatus(errorStatus(error));
  span.setAttributes(attributesOf(operation, kept));
}

function attributesOf(operation: Operation, kept: KeptFor | undefined): Attributes {
  const { http, labels } = operation;
  const attributes =
    http === undefined ? workAttributes(operation) : httpAttributes(http, labels.method ?? '');
  if (kept !== undefined) attributes['telltale.kept'] = kept;
  return attributes;
}

function errorStatus(error: unknown): { code: SpanStatusCode; message?: string } {
  const code = SpanStatusCode.ERROR;
  return error instanceof Error ? { code, message: error.message } : { code };
}

function workAttributes(operation: Operation): Attributes {
  const attributes: Attributes = { ...operation.labels };
  for (const [key, value] of Object.entries(operation.attributes)) {
    if (value !== undefined) attributes[key] = value as string;
  }
  if (operation.outcome === 'error') {
    const { error } = operation;
    attributes['error.type'] = error instanceof Error ? error.name : '_OTHER';
  }
  return attributes;
}
