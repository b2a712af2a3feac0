import type { ExportOutcome } from '../signals/traces/outcome.js';

type Done = (outcome: ExportOutcome) => void;

/** How spans are written down and sent. */
export interface Writer<Span> {
  /** @throws when one of them cannot be written down. */
  write(spans: Span[], done: Done): void;
  /** Whether one can be. */
  isWritable(span: Span): boolean;
}

/**
 * Exports spans, or those of them that can be written down: one that was told what nobody can read is
 * lost alone.
 *
 * @throws what the writer does when there is none that can be.
 */
export function exportWritable<Span>(writer: Writer<Span>, spans: Span[], done: Done): void {
  try {
    writer.write(spans, done);
  } catch (error) {
    const writable = spans.filter(writer.isWritable);
    const unwritable = spans.length - writable.length;
    if (writable.length === 0 || unwritable === 0) throw error;
    writer.write(writable, (outcome) => {
      const rejected = (outcome.rejected ?? 0) + unwritable;
      done(outcome.code === 0 ? { ...outcome, rejected, reason: 'error', error } : outcome);
    });
  }
}
