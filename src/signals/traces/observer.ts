import { type Attributes, type Span, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Observer } from '../../model/observer.js';
import type { Operation, OperationKind, OperationType } from '../../model/operation.js';
import { httpAttributes } from './http-attributes.js';
import { OperationTrace, spanContextIn } from './identity.js';
import type { HeaderReader, RemoteContext } from './propagation/format.js';
import type { TracerParts } from './tracer.js';

const KINDS: Readonly<Record<OperationKind, SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

/** What the observer needs. */
export interface ObserverParts extends Omit<TracerParts, 'scopes'> {
  /** Reads the caller's span from the headers of a request. */
  readCaller(headers: HeaderReader): RemoteContext | undefined;
}

/** Gives every operation its place in a trace, and makes a span of those that are recorded. */
export function createTracesObserver({ sample, recorder, readCaller }: ObserverParts): Observer {
  return {
    name: 'traces',
    watch(type: OperationType) {
      const kind = KINDS[type.kind];
      return {
        start(operation) {
          const { http } = operation;
          const parent = http === undefined ? spanContextIn(operation.parent) : readCaller(http);
          operation.trace = new OperationTrace(operation, kind, parent, sample, recorder);
        },
        end(operation) {
          const identity = operation.trace as OperationTrace | undefined;
          if (identity?.recorded) endSpan(operation, identity);
        },
      };
    },
  };
}

const UNSET = { code: SpanStatusCode.UNSET };

function endSpan(operation: Operation, identity: OperationTrace): void {
  const { http, error, outcome, labels } = operation;
  // Most requests end without anybody having asked for their span, and without an error to note.
  if (http !== undefined && error === undefined && !identity.open) {
    const status = outcome === 'error' ? errorStatus(undefined) : UNSET;
    return identity.finish(status, httpAttributes(http, labels.method ?? ''));
  }
  try {
    describe(operation, identity.span);
  } finally {
    // What cannot be read off a request leaves its span poorer, and not open.
    identity.end();
  }
}

function describe(operation: Operation, span: Span): void {
  const { http, error } = operation;
  span.updateName(operation.name);
  if (error !== undefined) span.recordException(error instanceof Error ? error : String(error));
  if (operation.outcome === 'error') span.setStatus(errorStatus(error));
  span.setAttributes(
    http === undefined
      ? workAttributes(operation)
      : httpAttributes(http, operation.labels.method ?? ''),
  );
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
