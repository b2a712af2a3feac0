import type { TextMapGetter, TextMapSetter } from '@opentelemetry/api';

/** fetch's `Headers`, a `Map`, and what else has their two calls. */
interface HeadersLike {
  get(name: string): unknown;
  set(name: string, value: string): unknown;
}

function isHeadersLike(headers: object): headers is HeadersLike {
  const { get, set } = headers as Partial<HeadersLike>;
  return typeof get === 'function' && typeof set === 'function';
}

/** Reads headers of requests and messages, in whichever shape they come. */
export const headerGetter: TextMapGetter<object> = {
  get: (headers, name) => textOf(isHeadersLike(headers) ? headers.get(name) : find(headers, name)),
  keys: (headers) => Object.keys(headers),
};

/** Writes them. */
export const headerSetter: TextMapSetter<object> = {
  set(headers, name, value) {
    if (isHeadersLike(headers)) headers.set(name, value);
    else (headers as Record<string, string>)[name] = value;
  },
};

function find(headers: object, name: string): unknown {
  if (Object.hasOwn(headers, name)) return (headers as Record<string, unknown>)[name];
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.map(textOf).join(',');
  // Messages of Kafka and others have headers of bytes.
  return value instanceof Uint8Array ? Buffer.from(value).toString() : String(value);
}
