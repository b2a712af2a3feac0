import type { Attributes, Span } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { redactSecrets } from '../../core/redact.js';
import { withoutSecrets } from '../../core/redact-text.js';

/** Attributes that are texts of errors, or have secrets without an address around them. */
const TEXTS = ['exception.message', 'exception.stacktrace', 'url.query'];
const LONGEST_TEXT = 8192;

/** Takes secrets out of what a span was told, whoever told it. To be called as the last thing. */
export function redactSpan(span: Span): void {
  const { attributes, events = [], status } = span as Partial<ReadableSpan>;
  if (attributes !== undefined) redactAttributes(attributes);
  for (const event of events)
    if (event.attributes !== undefined) redactAttributes(event.attributes);
  if (status?.message !== undefined) status.message = withoutSecrets(status.message, LONGEST_TEXT);
}

function redactAttributes(attributes: Attributes): void {
  const clean = redactSecrets(attributes);
  if (clean !== attributes) Object.assign(attributes, clean);
  for (const key of TEXTS) {
    const text = attributes[key];
    if (typeof text === 'string') attributes[key] = withoutSecrets(text, LONGEST_TEXT);
  }
}
