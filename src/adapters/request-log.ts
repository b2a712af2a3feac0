import type { IncomingMessage } from 'node:http';
import { knownConnection } from './connection.js';
import { exchangeOf } from './exchange-of.js';

/** The name under which a request has its logger. */
const NAME = 'log';

/** What is offered on one prototype, by however many. */
interface Offer {
  /** For requests that no exchange is known of; each Monitoring's, the first one's is used. */
  readonly fallbacks: object[];
  readonly undo: () => void;
}

// Prototypes are shared by all who monitor: one getter serves them, and the last takes it away.
const offers = new WeakMap<object, Offer>();
const getters = new WeakSet<() => unknown>();

/** What has been asked for is kept: its connection forgets a request that has ended. */
const made = new WeakMap<object, object>();

/**
 * Gives the requests of a prototype their `log`, made when it is first asked for. It is a getter of
 * the prototype, so that nothing is put on a request; a request that is assigned one has its own.
 * A prototype with a `log` that is somebody else's keeps it. Returns what takes it back.
 */
export function offerLog(prototype: object, fallback: object): () => void {
  const offer = offers.get(prototype) ?? define(prototype);
  if (offer === undefined) return () => {};
  offers.set(prototype, offer);
  offer.fallbacks.push(fallback);
  return () => {
    offer.fallbacks.splice(offer.fallbacks.indexOf(fallback), 1);
    if (offer.fallbacks.length > 0) return;
    offers.delete(prototype);
    offer.undo();
  };
}

function define(prototype: object): Offer | undefined {
  if (NAME in prototype && !isOurs(prototype)) return undefined;
  const fallbacks: object[] = [];

  function get(this: object): object | undefined {
    // The prototype itself, which is no request.
    if (this === prototype) return fallbacks[0];
    const known = made.get(this);
    if (known !== undefined) return known;
    if (isPinoHttpsTurn(this)) return undefined;
    const log = exchangeOf(this)?.log();
    if (log !== undefined) made.set(this, log);
    return log ?? fallbacks[0];
  }

  function set(this: object, value: unknown): void {
    Object.defineProperty(this, NAME, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }

  getters.add(get);
  try {
    Object.defineProperty(prototype, NAME, { get, set, configurable: true, enumerable: false });
  } catch {
    return undefined;
  }
  return {
    fallbacks,
    undo() {
      if (Object.getOwnPropertyDescriptor(prototype, NAME)?.get !== get) return;
      delete (prototype as { [NAME]?: unknown })[NAME];
    },
  };
}

interface WithLogs {
  allLogs?: unknown;
  res?: WithLogs;
}

/** pino-http gives a request its logger only if it has none; by then the response has had its own. */
function isPinoHttpsTurn(request: WithLogs): boolean {
  const response = request.res ?? responseTo(request as IncomingMessage);
  return response?.allLogs !== undefined && request.allLogs === undefined;
}

function responseTo(request: IncomingMessage): WithLogs | undefined {
  try {
    const open = knownConnection(request.socket)?.open;
    return open?.find(({ exchange }) => exchange.isOf(request))?.response as WithLogs | undefined;
  } catch {
    // The application has made its socket unreadable.
    return undefined;
  }
}

/** Whether a `log` that is inherited comes from here: it may be taken back before this one. */
function isOurs(prototype: object): boolean {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, NAME);
    if (descriptor !== undefined)
      return descriptor.get !== undefined && getters.has(descriptor.get);
  }
  return false;
}
