import {
  type Attributes,
  type HrTime,
  type Link,
  type Span,
  type SpanStatus,
  SpanStatusCode,
} from '@opentelemetry/api';
import { redactSecrets } from '../../core/redact.js';
import { withoutSecrets } from '../../core/redact-text.js';
import { type Clock, epochMilliseconds } from './clock.js';
import { isLink } from './link.js';
import { makeSendable, sendableText } from './sendable.js';
import { hrTime } from './timed-span.js';

/** Attributes that are texts of errors, or have secrets without an address around them. */
const TEXTS = ['exception.message', 'exception.stacktrace', 'url.query'];
const LONGEST_TEXT = 8192;

/** What spans have beside their interface, ours as well as the SDK's. */
interface Told {
  name: string;
  attributes: Attributes;
  links: Link[];
  events: { name: string; time: HrTime; attributes?: Attributes }[];
  status: SpanStatus;
}

/**
 * Takes out of a span what must not be sent and what cannot be, whoever told it: secrets, and what a
 * collector would refuse the whole batch for. To be called as the last thing.
 */
export function cleanSpan(span: Span, clock: Clock): void {
  // A provider that has ended makes spans that keep nothing.
  if (!('attributes' in span)) return;
  const told = span as Span & Told;
  const { attributes, links, events, status } = told;
  told.name = sendableText(told.name);
  cleanAttributes(attributes);
  for (const event of events) {
    event.name = sendableText(event.name);
    event.time = hrTime(epochMilliseconds(event.time, clock));
    if (event.attributes !== undefined) cleanAttributes(event.attributes);
  }
  if (!links.every(isLink)) links.splice(0, links.length, ...links.filter(isLink));
  for (const link of links) if (link.attributes !== undefined) cleanAttributes(link.attributes);
  if (typeof status.code !== 'number') status.code = SpanStatusCode.UNSET;
  if (status.message !== undefined) {
    status.message = sendableText(withoutSecrets(status.message, LONGEST_TEXT));
  }
}

function cleanAttributes(attributes: Attributes): void {
  const clean = redactSecrets(attributes);
  if (clean !== attributes) Object.assign(attributes, clean);
  for (const key of TEXTS) {
    const text = attributes[key];
    if (typeof text === 'string') attributes[key] = withoutSecrets(text, LONGEST_TEXT);
  }
  makeSendable(attributes);
}
