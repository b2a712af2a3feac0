import { type IncomingMessage, METHODS, validateHeaderName, validateHeaderValue } from 'node:http';
import type { Rule } from '../core/rules.js';
import type { Check, CheckResult, FaultClass } from '../model/check.js';
import { exchange } from './http-exchange.js';
import { createLatencyJudge, type LatencyThresholds, latencyRules } from './latency.js';
import { amountOf, fn, refuseInvalid } from './options.js';
import { type Pem, pem } from './pem.js';

/** Options of {@link http}. */
export interface HttpCheckOptions extends LatencyThresholds {
  /** An `http:` or `https:` URL without user and password, which are for `headers`. */
  url: string | URL;
  /** @default 'GET' */
  method?: string;
  /** @default {} */
  headers?: Readonly<Record<string, string>>;
  /**
   * The statuses that are healthy: one, a list of them, or a function that says so.
   *
   * @default every 2xx
   */
  status?: number | readonly number[] | ((status: number) => boolean);
  /**
   * Says whether the body is the right one; only then is it read at all.
   *
   * @default any body
   * @example
   * http({ url, body: (text) => JSON.parse(text).ready === true })
   */
  body?: (text: string) => boolean;
  /**
   * Bytes of a body at the most. One that is longer is unhealthy.
   *
   * @default 65_536
   */
  maxBodyBytes?: number;
  /**
   * Whether redirects are followed. With `manual` the redirect itself is judged.
   *
   * @default 'follow'
   */
  redirect?: 'follow' | 'manual';
  /**
   * Certificates of the authorities to trust, in PEM.
   *
   * @default those of Node
   */
  ca?: Pem;
}

const MAX_BODY_BYTES = 65_536;

const rules: Record<string, Rule> = {
  url: { expected: 'an http: or https: URL without user and password', is: isUrl },
  method: { expected: 'a method of HTTP', is: (value) => METHODS.includes(String(value)) },
  headers: { expected: 'an object of headers that can be sent', is: areHeaders },
  status: {
    expected: 'a status, a list of them or a function',
    is: (value) =>
      typeof value === 'function' || [value].flat().every((one) => Number.isInteger(one)),
  },
  body: fn,
  maxBodyBytes: amountOf('bytes'),
  redirect: {
    expected: "'follow' or 'manual'",
    is: (value) => value === 'follow' || value === 'manual',
  },
  ca: pem,
  ...latencyRules,
};

/**
 * Whether an HTTP service answers as it should, over a connection of the check's own. Details:
 * `status_code`, `latency_ms` (with the body, where that is looked at).
 *
 * @throws TelltaleError when an option cannot be meant.
 * @example
 * monitoring.health.register('payments', http({ url: 'https://pay.internal/health', warn: 300 }));
 */
export function http(options: HttpCheckOptions): Check {
  refuseInvalid('http', options, rules, ['url']);
  const judge = createLatencyJudge('http', options);
  const { body, maxBodyBytes = MAX_BODY_BYTES } = options;
  const isExpected = buildIsExpected(options.status);
  const url = new URL(options.url);
  const ask = {
    method: options.method ?? 'GET',
    headers: { ...options.headers },
    followRedirects: options.redirect !== 'manual',
    ca: options.ca,
  };

  return function checkHttp(signal) {
    const started = performance.now();
    return exchange(url, ask, signal, async (response): Promise<CheckResult> => {
      const { statusCode = 0 } = response;
      const text = body && (await readBody(response, maxBodyBytes));
      const result = judge(started, { status_code: statusCode });
      if (!isExpected(statusCode)) {
        return failed(result, `the status is ${statusCode}`, classOf(statusCode));
      }
      if (body === undefined) return result;
      if (text === undefined) return failed(result, `the body is over ${maxBodyBytes} bytes`);
      return body(text) === true ? result : failed(result, 'the body is not the right one');
    });
  };
}

function areHeaders(headers: unknown): boolean {
  if (headers === null || typeof headers !== 'object') return false;
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return true;
  } catch {
    return false;
  }
}

function isUrl(value: unknown): boolean {
  if (!URL.canParse(String(value))) return false;
  const { protocol, username, password } = new URL(String(value));
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

function buildIsExpected(status: HttpCheckOptions['status']): (status: number) => boolean {
  if (typeof status === 'function') return (code) => status(code) === true;
  if (status === undefined) return (code) => code >= 200 && code <= 299;
  const codes = new Set([status].flat());
  return (code) => codes.has(code);
}

function classOf(status: number): FaultClass {
  if (status === 401 || status === 403 || status === 407) return 'auth';
  if (status === 408 || status === 504) return 'timeout';
  return status === 429 || status === 507 ? 'exhausted' : 'error';
}

function failed(result: CheckResult, message: string, fault: FaultClass = 'error'): CheckResult {
  return { ...result, status: 'unhealthy', class: fault, message };
}

/** The body as a text; undefined when it is too long, of which no more is read then. */
async function readBody(response: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
