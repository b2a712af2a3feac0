import type { Attributes, AttributeValue } from '@opentelemetry/api';

/** OTLP has whole numbers in 64 bits, and JSON has neither NaN nor infinity. */
const TOO_LARGE = 2 ** 63;

const UNREADABLE = 'unreadable';

/**
 * Makes attributes such as every collector can read: one that is strict refuses a whole batch for a
 * number that OTLP does not have, or for a text that was cut in the middle of a character. Such numbers
 * become texts.
 */
export function makeSendable(attributes: Attributes): void {
  for (const key of Object.keys(attributes)) {
    const value = attributes[key];
    const sendable = sendableValue(value) as AttributeValue;
    const name = key.toWellFormed();
    if (name !== key) delete attributes[key];
    else if (sendable === value) continue;
    attributes[name] = sendable;
  }
}

/** A text that every collector can read, of what should have been one. */
export function sendableText(text: unknown): string {
  if (typeof text === 'string') return text.toWellFormed();
  try {
    return String(text).toWellFormed();
  } catch {
    return UNREADABLE;
  }
}

function sendableValue(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return value.toWellFormed();
    case 'number':
      return Math.abs(value) < TOO_LARGE ? value : String(value);
    case 'object':
      return value === null || value instanceof Uint8Array ? value : sendableMembers(value);
    default:
      return value;
  }
}

/** What has no members to be changed is given back as it is. */
function sendableMembers(value: object): unknown {
  if (Array.isArray(value)) {
    const items = value.map(sendableValue);
    if (items.every((item, index) => item === value[index])) return value;
    // OpenTelemetry takes lists of one type only.
    return items.map((item) => (typeof item === 'number' ? String(item) : item));
  }
  try {
    const members = { ...value } as Attributes;
    makeSendable(members);
    const before = value as Attributes;
    const isSame = Object.keys(members).every((key) => members[key] === before[key]);
    // What has no prototype has no text, which is all that some exporters take.
    return isSame && value instanceof Object ? value : members;
  } catch {
    // A getter of the application's throws.
    return UNREADABLE;
  }
}
