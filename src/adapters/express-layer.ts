import type { IncomingMessage } from 'node:http';

/** One entry of an Express router's stack, in any of its versions. */
export interface Layer {
  handle: ((...args: unknown[]) => unknown) & { stack?: Layer[] };
  /** Set on the layers that lead to a route, and on none else. */
  route?: { path: unknown };
  /** Present, if perhaps undefined, on the handlers inside a route. */
  method?: string;
  /** router 2.3: the pattern as it was registered. */
  rawPath?: unknown;
  /** router 2: whether it is mounted at `/`. */
  slash?: boolean;
  /** Express 4. */
  regexp?: RegExp & { fast_slash?: boolean };
  /** Express 4, router 2.0 to 2.2: what `match` found last. */
  path?: string;
  params?: Record<string, string>;
  match(path: string): unknown;
}

/** A request as Express routes it. */
export interface RoutedRequest extends IncomingMessage {
  baseUrl?: string;
}
