/** Attributes by name. What is no string, number or boolean is left as the collector prints it. */
export type ReceivedAttributes = Record<string, string | number | boolean>;

/** A span as the collector printed it. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Missing for the root of a trace. */
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage?: string;
  /** Nanoseconds since 1970. */
  readonly startNanos: bigint;
  /** Nanoseconds since 1970. */
  readonly endNanos: bigint;
  readonly attributes: ReceivedAttributes;
  /** What the span's resource says about itself, such as `service.name`. */
  readonly resource: ReceivedAttributes;
}
