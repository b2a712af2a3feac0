import type { LossReason } from './ledger.js';

/**
 * What an exporter says of a batch: the shape of OpenTelemetry's `ExportResult`, and what telltale's
 * own exporters know beyond it.
 */
export interface ExportOutcome {
  /** 0 when the batch was taken. */
  readonly code: number;
  readonly error?: unknown;
  /** How many spans of a batch that was taken were not. */
  readonly rejected?: number;
  /**
   * Why it was not taken, or those of it that were not. Without it, that is read off the error, and the
   * latter were rejected.
   */
  readonly reason?: LossReason;
  /** Whether it may be taken when it is sent again. An exporter that tries again itself says no. */
  readonly again?: boolean;
  /** Milliseconds that the collector asks to be left alone. */
  readonly pause?: number;
}

/** Answers after which the same may be sent again. https://opentelemetry.io/docs/specs/otlp/#failures-1 */
const BUSY = new Set([429, 502, 503, 504]);

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);

/** Why spans are lost to an answer of this status. */
export function reasonOfStatus(status: number): LossReason {
  return BUSY.has(status) ? 'unavailable' : 'rejected';
}

/** Why spans are lost to this error. Exporters for HTTP have the status as its code. */
export function reasonOf(error: unknown): LossReason {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (typeof code === 'number' && code >= 300 && code < 600) return reasonOfStatus(code);
  if (typeof code === 'string' && UNREACHABLE.has(code)) return 'refused';
  return code === 'ETIMEDOUT' || name === 'TimeoutError' ? 'timeout' : 'error';
}

/** Whether spans that did not arrive for this reason may arrive when they are sent again. */
export function isPassing(reason: LossReason): boolean {
  return reason === 'refused' || reason === 'timeout' || reason === 'unavailable';
}
