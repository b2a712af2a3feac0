import {
  type ExportOutcome,
  isPassing,
  reasonOf,
  reasonOfStatus,
} from '../signals/traces/outcome.js';
import type { Answer } from './answer.js';

/** What an answer means for the spans that were sent. Redirects are not followed. */
export function outcomeOf({ status, retryAfter }: Answer): ExportOutcome {
  if (status >= 200 && status < 300) return { code: 0 };
  const reason = reasonOfStatus(status);
  const pause = reason === 'unavailable' ? millisecondsOf(retryAfter) : undefined;
  return {
    code: 1,
    error: new Error(`the collector answered with status ${status}`),
    reason,
    again: isPassing(reason),
    ...(pause !== undefined && { pause }),
  };
}

/** What it means that there was no answer. */
export function outcomeOfError(error: unknown): ExportOutcome {
  const reason = reasonOf(error);
  return { code: 1, error, reason, again: isPassing(reason) };
}

/** `Retry-After` as seconds or as a date. */
function millisecondsOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const time = /^\d+$/.test(header.trim())
    ? Number(header) * 1000
    : new Date(header).getTime() - Date.now();
  return time >= 0 ? time : undefined;
}
