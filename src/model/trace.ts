import type { Span } from '@opentelemetry/api';

/** The place of one operation in its trace. */
export interface TraceIdentity {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits. */
  readonly spanId: string;
  readonly sampled: boolean;
  /** The operation's span, made when it is first asked for. */
  readonly span: Span;
}
