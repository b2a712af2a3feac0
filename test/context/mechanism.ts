import type { Services } from './services.js';

/** Goes through something asynchronous, and calls `note` on the other side, once or more often. */
export type Go = (note: () => void, services: Services) => unknown;

/** A way to come back later, and whether the context of the request is there then. */
export interface Mechanism {
  readonly name: string;
  /**
   * `kept`: Node or the library sees to it. `restored`: an instrumentation does. `lost`: nobody can,
   * and `advice` says what to do.
   */
  readonly verdict: 'kept' | 'restored' | 'lost';
  readonly advice?: string;
  /** Every line has the ids of its own request: as it is, or with the instrumentation or advice. */
  readonly keeps: Go;
  /** Without these; some lines have the ids of other requests, or none. */
  readonly loses?: Go;
  /** How many requests at once, where each of them is expensive. @default 1000 */
  readonly requests?: number;
  /** What it needs that not every machine has. */
  readonly needs?: 'redis';
}

/** Goes through something that takes a callback. */
export function callingBack(start: (done: () => void, services: Services) => unknown): Go {
  return (note, services) =>
    new Promise<void>((resolve) => {
      start(() => {
        note();
        resolve();
      }, services);
    });
}
