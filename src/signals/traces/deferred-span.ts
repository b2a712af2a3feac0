import type {
  Attributes,
  AttributeValue,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api';
import type { Clock } from './clock.js';

/** A span that notes what it is told until the span it stands for exists. */
export class DeferredSpan implements Span {
  readonly #context: SpanContext;
  readonly #clock: Clock;
  #real: Span | undefined;
  #notes: ((span: Span) => void)[] = [];
  #ended = false;

  constructor(context: SpanContext, clock: Clock) {
    this.#context = context;
    this.#clock = clock;
  }

  /** Tells `real` everything that was noted; from now on every call goes there. */
  become(real: Span): void {
    this.#real = real;
    for (const note of this.#notes) {
      try {
        note(real);
      } catch {
        // What cannot be read costs the span a note, and not all others theirs.
      }
    }
    this.#notes = [];
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  isRecording(): boolean {
    return this.#real?.isRecording() ?? !this.#ended;
  }

  setAttribute(key: string, value: AttributeValue): this {
    return this.#tell((span) => span.setAttribute(key, value));
  }

  setAttributes(attributes: Attributes): this {
    const copy = { ...attributes };
    return this.#tell((span) => span.setAttributes(copy));
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    const at = time ?? (isTime(attributesOrTime) ? attributesOrTime : this.#clock.now());
    const attributes = isTime(attributesOrTime) ? undefined : attributesOrTime;
    return this.#tell((span) => span.addEvent(name, attributes, at));
  }

  addLink(link: Link): this {
    return this.#tell((span) => span.addLink(link));
  }

  addLinks(links: Link[]): this {
    return this.#tell((span) => span.addLinks(links));
  }

  setStatus(status: SpanStatus): this {
    return this.#tell((span) => span.setStatus(status));
  }

  updateName(name: string): this {
    return this.#tell((span) => span.updateName(name));
  }

  recordException(exception: Exception, time: TimeInput = this.#clock.now()): void {
    this.#tell((span) => span.recordException(exception, time));
  }

  end(endTime: TimeInput = this.#clock.now()): void {
    this.#tell((span) => span.end(endTime));
    this.#ended = true;
  }

  #tell(note: (span: Span) => void): this {
    if (this.#real !== undefined) note(this.#real);
    else if (!this.#ended) this.#notes.push(note);
    return this;
  }
}

function isTime(value: Attributes | TimeInput | undefined): value is TimeInput {
  return typeof value === 'number' || value instanceof Date || Array.isArray(value);
}
