import {
  type Attributes,
  type AttributeValue,
  type Exception,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
} from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { cleanSpan } from './clean-span.js';
import { type Clock, epochMilliseconds } from './clock.js';
import { failureOf } from './failure.js';
import { isLink } from './link.js';
import type { SpanStart } from './recorder.js';
import { hrTime, type SpanHome, TimedSpan } from './timed-span.js';

/**
 * A span that can be written to and exported without the SDK: as long as that is not loaded, and
 * where nothing needs it.
 */
export class PlainSpan extends TimedSpan implements Span, ReadableSpan {
  name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  readonly attributes: Attributes = {};
  readonly links: Link[] = [];
  readonly events: ReadableSpan['events'] = [];
  ended = false;
  readonly instrumentationScope: ReadableSpan['instrumentationScope'];
  readonly #clock: Clock;
  readonly #done: (span: PlainSpan) => void;

  /** `done` is told when it ends. */
  constructor(start: SpanStart, home: SpanHome, done: (span: PlainSpan) => void) {
    super(home, start.context, start.startTime, start.startTime);
    this.name = start.name;
    this.kind = start.kind;
    if (start.parent !== undefined) this.parentSpanContext = start.parent;
    this.instrumentationScope = start.scope as ReadableSpan['instrumentationScope'];
    this.#clock = start.clock;
    this.#done = done;
    if (start.attributes !== undefined) this.setAttributes(start.attributes);
    if (start.links !== undefined) this.addLinks(start.links);
  }

  isRecording(): boolean {
    return !this.ended;
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (!this.ended && value !== undefined && value !== null) this.attributes[key] = value;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    for (const key of Object.keys(attributes ?? {})) {
      this.setAttribute(key, attributes[key] as AttributeValue);
    }
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.ended) return this;
    const [attributes, at] = isTime(attributesOrTime)
      ? [undefined, attributesOrTime]
      : [attributesOrTime, time];
    this.events.push({
      name,
      attributes: { ...attributes },
      time: hrTime(epochMilliseconds(at, this.#clock)),
      droppedAttributesCount: 0,
    });
    return this;
  }

  addLink(link: Link): this {
    if (!this.ended && isLink(link)) {
      this.links.push({ ...link, ...(link.attributes && { attributes: { ...link.attributes } }) });
    }
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links ?? []) this.addLink(link);
    return this;
  }

  setStatus(status: SpanStatus): this {
    const { code = SpanStatusCode.UNSET, message } = status ?? {};
    const isFinal = this.status.code === SpanStatusCode.OK;
    if (this.ended || isFinal || code === SpanStatusCode.UNSET) return this;
    // Many hand over the error itself, which their compilers take for anything.
    const isText = code === SpanStatusCode.ERROR && typeof message === 'string';
    this.status = isText ? { code, message } : { code };
    return this;
  }

  updateName(name: string): this {
    if (!this.ended) this.name = name;
    return this;
  }

  recordException(thrown: Exception, time?: TimeInput): void {
    if (thrown === undefined || thrown === null) return;
    // OpenTelemetry takes what only looks like an error as well.
    const exception = thrown instanceof Error ? failureOf(thrown).exception : thrown;
    const error = typeof exception === 'string' ? { message: exception } : exception;
    const type = error.code ?? error.name;
    this.addEvent(
      'exception',
      {
        ...(type !== undefined && { 'exception.type': String(type) }),
        ...(error.message && { 'exception.message': error.message }),
        ...(error.stack && { 'exception.stacktrace': error.stack }),
      },
      time,
    );
  }

  end(time?: TimeInput): void {
    if (this.ended) return;
    this.endedAt = Math.max(this.startedAt, epochMilliseconds(time, this.#clock));
    cleanSpan(this, this.#clock);
    this.ended = true;
    this.#done(this);
  }
}

function isTime(value: Attributes | TimeInput | undefined): value is TimeInput {
  return typeof value === 'number' || value instanceof Date || Array.isArray(value);
}
