import type { SpanContext } from '@opentelemetry/api';

/** Where the headers of a request or message are read; by lower-case name. */
export interface HeaderReader {
  header(name: string): string | undefined;
}

/** Takes the headers to be sent on. */
export type HeaderWriter = (name: string, value: string) => void;

/** A caller's span. */
export interface RemoteContext extends SpanContext {
  /** The caller leaves it to us whether the trace is recorded. */
  readonly undecided?: boolean;
  /**
   * The caller names no span, and only forbids to record: the ids are made up, so that the decision can
   * be passed on.
   */
  readonly nameless?: boolean;
}

/** One way to write a span down in headers. */
export interface HeaderFormat {
  /** Names of the headers. */
  readonly fields: readonly string[];
  /** The caller's span, or undefined when the headers name none. */
  read(headers: HeaderReader): RemoteContext | undefined;
  write(span: SpanContext, set: HeaderWriter): void;
}
