import { LONGEST_TIMER_MS } from '../../core/deadline.js';

/** How spans are collected and sent: OpenTelemetry's OTEL_BSP_* variables. */
export interface BatchSettings {
  /** Milliseconds after which spans are sent although there is no whole batch of them. */
  readonly delay: number;
  /** Milliseconds for one batch, with all attempts. */
  readonly timeout: number;
  /** Spans that wait at most; further ones are lost. */
  readonly queueSize: number;
  /** Spans sent at once at most. */
  readonly batchSize: number;
}

/**
 * Reads the settings. A value that cannot be is passed over.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#batch-span-processor
 */
export function readBatchSettings(env: NodeJS.ProcessEnv): BatchSettings {
  const queueSize = wholeNumber(env.OTEL_BSP_MAX_QUEUE_SIZE, 1) ?? 2048;
  return {
    delay: wholeNumber(env.OTEL_BSP_SCHEDULE_DELAY, 0) ?? 5000,
    timeout: wholeNumber(env.OTEL_BSP_EXPORT_TIMEOUT, 1) ?? 30_000,
    queueSize,
    batchSize: Math.min(wholeNumber(env.OTEL_BSP_MAX_EXPORT_BATCH_SIZE, 1) ?? 512, queueSize),
  };
}

function wholeNumber(text: string | undefined, least: number): number | undefined {
  if (!text?.trim()) return undefined;
  const value = Number(text);
  return Number.isInteger(value) && value >= least ? Math.min(value, LONGEST_TIMER_MS) : undefined;
}
