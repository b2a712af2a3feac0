import type { Lost } from '../errors/sink.js';

/** What is used of Sentry's client. */
export interface SentryClientLike {
  getOptions?(): SentrySettings;
  /** Absent where there is no DSN. */
  getTransport?(): unknown;
  on?(hook: 'beforeSendEvent', heard: (event: Sent, hint?: Asked) => void): unknown;
  on?(hook: 'afterSendEvent', heard: (event: Sent, answer?: Answer) => void): unknown;
}

/** What is used of the options of `Sentry.init`. */
export interface SentrySettings {
  readonly release?: unknown;
  readonly environment?: unknown;
  readonly enabled?: unknown;
}

interface Sent {
  event_id?: string;
}

interface Asked {
  captureContext?: unknown;
}

interface Answer {
  statusCode?: number;
}

/** What becomes of the events that Sentry was given. */
export interface SentryFates {
  /**
   * Tells `lost` when the event cannot be sent that is captured with this function as context. What
   * Sentry does not mean to send, because it is off, samples or filters, is none.
   */
  follow(client: SentryClientLike, captureContext: object, lost: Lost): void;
  /** Counts what is under way as lost, and gives how many that are. */
  giveUp(): number;
}

/** Creates the memory of what is under way; Sentry itself bounds how much that is. */
export function createSentryFates(): SentryFates {
  const heard = new WeakSet<SentryClientLike>();
  const expected = new WeakMap<object, Lost>();
  const underWay = new Map<string | undefined, Lost>();

  function hear(client: SentryClientLike): void {
    client.on?.('beforeSendEvent', ({ event_id: id }, hint) => {
      const lost = expected.get(hint?.captureContext as object);
      if (lost !== undefined) underWay.set(id, lost);
    });
    client.on?.('afterSendEvent', ({ event_id: id }, answer) => {
      const lost = underWay.get(id);
      if (!underWay.delete(id)) return;
      const why = refusal(answer);
      if (why !== undefined) lost?.(new Error(why));
    });
  }

  return {
    follow(client, captureContext, lost) {
      if (isOff(client)) return;
      expected.set(captureContext, lost);
      if (heard.has(client)) return;
      heard.add(client);
      hear(client);
    },
    giveUp() {
      const all = [...underWay.values()];
      underWay.clear();
      for (const lost of all) lost(new Error('Sentry had no time left to send an event'));
      return all.length;
    },
  };
}

function isOff(client: SentryClientLike): boolean {
  if (client.getOptions?.().enabled === false) return true;
  return client.getTransport !== undefined && client.getTransport() === undefined;
}

/** Why an event has not arrived; what Sentry could not send, or did not try to, has no status. */
function refusal(answer: Answer | undefined): string | undefined {
  const statusCode = answer?.statusCode;
  if (statusCode === undefined) return 'Sentry could not send an event';
  const isTaken = statusCode >= 200 && statusCode < 300;
  return isTaken ? undefined : `Sentry answered with status ${statusCode}`;
}
