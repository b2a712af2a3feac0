import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type TextMapGetter,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { HttpFacts } from '../../model/http.js';
import type { Operation } from '../../model/operation.js';
import type { Scope } from '../../model/scope.js';
import { TELLTALE_SCOPE } from './identity.js';
import { JoinedTrace } from './joined-trace.js';
import type { HeaderReader, RemoteContext } from './propagation/format.js';
import { SPAN_KINDS } from './work.js';

/** Tracing by somebody else's provider. */
export interface Joined {
  readonly tracer: Tracer;
  /** Finds or begins the span of an operation; undefined when its tracing is switched off. */
  begin(operation: Operation): JoinedTrace | undefined;
  stop(): void;
}

/** What tracing by another's provider needs of telltale's. */
export interface JoinedParts {
  readonly trusts: (http: HttpFacts) => boolean;
  /** Reads the caller from headers of telltale's formats. */
  readonly read: (headers: HeaderReader) => RemoteContext | undefined;
}

/** Where Node tells of a request before anybody, be it an instrumentation, is handed it. */
const REQUEST = 'http.server.request.start';

/**
 * Joins a provider. A request has the server span that an instrumentation has made for it, which is
 * the span that is current when telltale is handed the request and was not when Node had it: that one
 * is left over from where the server was started. Otherwise the span is begun here.
 */
export function join(provider: TracerProvider, { trusts, read }: JoinedParts): Joined {
  const tracer = provider.getTracer(TELLTALE_SCOPE.name);
  let leftOver: Span | undefined;
  const onRequest = (): void => {
    leftOver = trace.getSpan(context.active());
  };
  subscribe(REQUEST, onRequest);

  function beginRequest(operation: Operation, http: HttpFacts): JoinedTrace | undefined {
    const active = operation.parent ?? ROOT_CONTEXT;
    const span = trace.getSpan(active);
    if (span !== undefined && span !== leftOver && isLocal(span)) {
      return isSpanContextValid(span.spanContext()) ? new JoinedTrace(span, false) : undefined;
    }
    if (!http.traced) return undefined;
    const attributes: Attributes = {
      'http.request.method': operation.labels.method ?? '',
      'url.path': http.path,
      'url.scheme': http.scheme,
    };
    return started(operation, attributes, callerOf(http, active, span));
  }

  /** What the span of a request is below: the caller that headers name, in either's formats. */
  function callerOf(http: HttpFacts, active: Scope, span: Span | undefined): Context {
    const known = span !== undefined && !isLocal(span);
    const outside = span === undefined || known ? active : trace.deleteSpan(active);
    if (!trusts(http)) return outside;
    const theirs = known ? outside : propagation.extract(outside, http, headerOf);
    const caller = read(http);
    return caller === undefined ? theirs : trace.setSpanContext(theirs, caller);
  }

  function started(operation: Operation, attributes: Attributes, below: Context) {
    const kind = SPAN_KINDS[operation.type.kind] ?? SpanKind.INTERNAL;
    const span = tracer.startSpan(operation.name, { kind, attributes }, below);
    return isSpanContextValid(span.spanContext()) ? new JoinedTrace(span, true) : undefined;
  }

  return {
    tracer,
    begin(operation) {
      const { http, parent } = operation;
      return http === undefined
        ? started(operation, {}, parent ?? ROOT_CONTEXT)
        : beginRequest(operation, http);
    },
    stop: () => unsubscribe(REQUEST, onRequest),
  };
}

function isLocal(span: Span): boolean {
  return span.spanContext().isRemote !== true;
}

const headerOf: TextMapGetter<HttpFacts> = {
  get: (http, name) => http.header(name.toLowerCase()),
  keys: () => [],
};
