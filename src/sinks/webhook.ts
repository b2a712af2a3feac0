import { validateHeaderName, validateHeaderValue } from 'node:http';
import { milliseconds, only, shape, v, validate } from '../core/validate.js';
import type { ErrorSink } from '../errors/sink.js';
import { createPoster } from './post.js';
import { createWebhookQueue } from './webhook-queue.js';

/** Options of {@link webhook}. */
export interface WebhookOptions {
  /** An `http:` or `https:` URL. */
  url: string | URL;
  /**
   * Headers of each request, such as an authorization.
   *
   * @default {}
   */
  headers?: Readonly<Record<string, string>>;
  /**
   * Milliseconds between two messages about one group; the second says how many there were.
   *
   * @default 60_000
   */
  interval?: number;
  /**
   * Milliseconds until an answer must have come. Each message is tried three times at the most.
   *
   * @default 5000
   */
  timeout?: number;
  /**
   * Groups of which something may wait to be sent. Errors of further ones are dropped and counted.
   *
   * @default 100
   */
  queue?: number;
}

const schema: v.GenericSchema<WebhookOptions> = shape({
  url: only<string | URL>(isUrl, 'an http: or https: URL'),
  headers: v.optional(
    only<Record<string, string>>(areHeaders, 'an object of headers that can be sent'),
  ),
  interval: v.optional(milliseconds),
  timeout: v.optional(milliseconds),
  queue: v.optional(
    only<number>((value) => Number.isInteger(value) && Number(value) > 0, 'a number of groups'),
  ),
});

/**
 * Posts errors as JSON, `{ "errors": [{ …, "group": { … }, "count": 1 }] }`: the first of a group at
 * once, and after that at most one per `interval`. It does not keep the process alive.
 *
 * @throws TelltaleError when an option cannot be meant.
 * @example
 * setupMonitoring(app, { errors: { sinks: [webhook({ url: 'https://hooks.internal/errors' })] } });
 */
export function webhook(options: WebhookOptions): ErrorSink {
  validate(shape({ webhook: schema }), { webhook: options });
  const { url, headers = {}, interval = 60_000, timeout = 5000, queue: most = 100 } = options;
  const post = createPoster({ url: new URL(url), headers, timeout });
  const queue = createWebhookQueue({ post, interval, most });
  return { name: 'webhook', capture: queue.add, flush: queue.flush };
}

function isUrl(value: unknown): boolean {
  return URL.canParse(String(value)) && /^https?:$/.test(new URL(String(value)).protocol);
}

function areHeaders(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  try {
    for (const [name, content] of Object.entries(value)) {
      validateHeaderName(name);
      validateHeaderValue(name, content);
    }
    return true;
  } catch {
    return false;
  }
}
