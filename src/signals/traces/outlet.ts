import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { createDeadline } from '../../core/deadline.js';
import type { Delivery } from './ledger.js';
import type { SpanExporterLike } from './options.js';

/** Where spans that have ended go. Whatever happens there, it never throws. */
export interface Outlet {
  readonly delivery: Delivery;
  take(span: ReadableSpan): void;
  /** Begins to export. */
  open(exporter: SpanExporterLike): void;
  /** There is no exporter, and there will be none. */
  abandon(): void;
  /** Resolves when what has been taken so far is exported or lost. */
  flush(): Promise<void>;
  /** The same for the last time, within so many milliseconds; then the exporter is shut down. */
  end(milliseconds: number): Promise<void>;
}

/** What an exporter says at its end is of no consequence, and neither is an end that never comes. */
export async function shutDown(exporter: SpanExporterLike, milliseconds: number): Promise<void> {
  try {
    await createDeadline(milliseconds).hold(exporter.shutdown());
  } catch {
    // Its spans are booked already.
  }
}
