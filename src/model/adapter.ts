import type { IncomingMessage } from 'node:http';
import type { Endpoint } from './endpoint.js';
import type { Traffic } from './traffic.js';

/** How a request ended, as an adapter saw it. */
export interface ExchangeEnd {
  status: number;
  /** The connection was lost before the response was whole. */
  aborted?: boolean | undefined;
  responseBytes?: number | undefined;
}

/** One HTTP request on its way through the service. */
export interface Exchange {
  readonly requestId: string;
  /** Name of the response header that is to carry the request id. */
  readonly echo: string | undefined;
  /** A place for what the adapter itself has to remember about this request. */
  notes: unknown;
  /** Whether it was opened for this request. */
  isOf(request: object): boolean;
  /** The request's logger; or one like it that is made from a logger which telltale made. */
  log(from?: object): object;
  /** Runs `fn` with the request's operation as the current one. */
  within<T>(fn: () => T): T;
  /** Names the route template that matched; `undefined` takes it back. The last one counts. */
  matched(route: string | undefined): void;
  /** Notes what the application threw or rejected while it served the request. */
  failed(error: unknown): void;
  /** Reports a fault of the adapter's own, which the application must not notice. */
  fault(error: unknown): void;
  /** Ends the request; only the first call counts. */
  close(end: ExchangeEnd): void;
}

/** What an adapter hands requests to. */
export interface Intake {
  /** False when nobody is told of requests, so that there is no need to follow them. */
  readonly observes: boolean;
  /** The logger for what is written of no request that is known. */
  readonly log: object;
  /** The endpoint of telltale's own for this method and request target, if there is one. */
  endpoint(method: string, target: string): Endpoint | undefined;
  /** Begins a request; `undefined` when it is on the ignore list. */
  open(request: IncomingMessage): Exchange | undefined;
}

/** Connects one kind of application to an {@link Intake}. It translates and decides nothing. */
export interface Adapter<App = unknown> {
  readonly name: string;
  matches(app: unknown): app is App;
  /** Takes every request of `app` to the intake. Returns what undoes it. */
  attach(app: App, intake: Intake): () => void;
  /** Watches what comes to `app` from now on, so that it can be ended. */
  traffic(app: App): Traffic;
}
