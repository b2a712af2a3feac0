import {
  type Attributes,
  type Span,
  type SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { redactSecrets } from '../../core/redact.js';
import type { Observer } from '../../model/observer.js';
import type { Operation, OperationType } from '../../model/operation.js';
import { type Failure, failureOf } from './failure.js';
import { httpAttributes } from './http-attributes.js';
import { OperationTrace, spanContextIn } from './identity.js';
import type { Joined } from './joined.js';
import { JoinedTrace, nameRoute } from './joined-trace.js';
import type { KeptFor } from './keep.js';
import type { SpanRecorder } from './recorder.js';
import { makeSendable } from './sendable.js';
import { isServerSpan } from './server-spans.js';
import type { TracerParts } from './tracer.js';
import type { CallerReader } from './trust.js';
import { SPAN_KINDS } from './work.js';

/** What the observer needs. */
export interface ObserverParts extends Omit<TracerParts, 'scopes'> {
  readonly readCaller: CallerReader;
  /** Why work that is not recorded is to be kept, if it is; absent when none is. */
  readonly keptFor: ((operation: Operation) => KeptFor | undefined) | undefined;
  /** Somebody else's provider, once it is joined. */
  readonly joined: () => Joined | undefined;
}

/** Gives every operation its place in a trace, and makes a span of those that are recorded. */
export function createTracesObserver(parts: ObserverParts): Observer {
  const { sample, recorder, readCaller, keptFor, joined } = parts;

  function endRecorded(operation: Operation): void {
    const identity = operation.trace as OperationTrace | JoinedTrace | undefined;
    if (identity instanceof JoinedTrace) return endJoined(operation, identity);
    if (identity?.recorded) endSpan(operation, identity);
  }

  function endOrKeep(keeper: SpanRecorder, why: NonNullable<typeof keptFor>) {
    return function end(operation: Operation): void {
      const identity = operation.trace as OperationTrace | JoinedTrace | undefined;
      if (identity === undefined) return;
      if (identity instanceof JoinedTrace) return endJoined(operation, identity);
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
          const other = joined();
          if (other !== undefined) {
            operation.trace = other.begin(operation) ?? untraced(operation, kind);
            return;
          }
          const { http, parent: scope } = operation;
          if (http !== undefined && scope !== undefined) {
            const span = trace.getSpan(scope);
            if (span !== undefined && isServerSpan(span)) {
              operation.trace = new JoinedTrace(span, false);
              return;
            }
          }
          const parent = http === undefined ? spanContextIn(scope) : readCaller(http);
          operation.trace = new OperationTrace(operation, kind, parent, sample, recorder);
        },
        end,
      };
    },
  };
}

const NEVER = (): boolean => false;

/** Ids for what somebody else does not trace, so that its lines can be told from others'. */
function untraced(operation: Operation, kind: SpanKind): OperationTrace {
  const parent = operation.http === undefined ? spanContextIn(operation.parent) : undefined;
  return new OperationTrace(operation, kind, parent, NEVER, undefined);
}

function endJoined(operation: Operation, { span, begun }: JoinedTrace): void {
  if (!begun) return nameRoute(span, operation);
  try {
    describe(operation, span, undefined);
  } finally {
    span.end();
  }
}

const UNSET = { code: SpanStatusCode.UNSET };
const FAILED = { code: SpanStatusCode.ERROR };

function endSpan(operation: Operation, identity: OperationTrace, kept?: KeptFor): void {
  const { error, outcome } = operation;
  // Most work ends without anybody having asked for its span, and without an error to note.
  if (error === undefined && !identity.open) {
    const status = outcome === 'error' ? FAILED : UNSET;
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
  const { error, outcome } = operation;
  span.updateName(operation.name);
  const failure = error === undefined ? undefined : failureOf(error);
  if (failure !== undefined) span.recordException(failure.exception);
  if (outcome === 'error') {
    const { message } = failure ?? {};
    span.setStatus(message === undefined ? FAILED : { ...FAILED, message });
  }
  span.setAttributes(attributesOf(operation, kept, failure));
}

function attributesOf(
  operation: Operation,
  kept: KeptFor | undefined,
  failure?: Failure | undefined,
): Attributes {
  const { http, labels } = operation;
  // What is known of a request can be sent as it is.
  const attributes =
    http === undefined
      ? cleanAttributes(workAttributes(operation, failure))
      : httpAttributes(http, labels.method ?? '');
  if (kept !== undefined) attributes['telltale.kept'] = kept;
  return attributes;
}

function cleanAttributes(attributes: Attributes): Attributes {
  const clean = redactSecrets(attributes) as Attributes;
  makeSendable(clean);
  return clean;
}

function workAttributes(operation: Operation, failure: Failure | undefined): Attributes {
  const attributes = namedLabels(operation);
  for (const [key, value] of Object.entries(operation.attributes)) {
    if (value !== undefined) attributes[key] = value as string;
  }
  if (operation.outcome === 'error') attributes['error.type'] ??= failure?.type ?? '_OTHER';
  return attributes;
}

function namedLabels({ type, labels }: Operation): Attributes {
  const attributes: Attributes = {};
  for (const label in labels) {
    const name = type.attributes?.[label];
    if (name === undefined) attributes[label] = labels[label];
    else if (name !== false && labels[label] !== '') attributes[name] = labels[label];
  }
  return attributes;
}
