import { readFileSync } from 'node:fs';
import type { TlsFiles } from './post.js';

/** Where spans are sent and how. */
export interface OtlpSettings {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for one attempt. */
  readonly timeout: number;
  readonly gzip: boolean;
  readonly tls: TlsFiles;
}

/** What of it the code says. */
export interface GivenOtlp {
  readonly endpoint?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly timeout?: number | undefined;
  readonly compression?: 'gzip' | 'none' | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_ENDPOINT = 'http://localhost:4318';
const TIMEOUT_MS = 10_000;

/**
 * Reads the settings, each from the code, else from the variable for traces, else from that for all
 * signals. https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 *
 * @throws Error that names the variable whose value cannot be used.
 */
export function readOtlpSettings(given: GivenOtlp, env: Environment): OtlpSettings {
  const read = (name: string): string | undefined =>
    env[`OTEL_EXPORTER_OTLP_TRACES_${name}`]?.trim() || env[`OTEL_EXPORTER_OTLP_${name}`]?.trim();
  return {
    url: urlOf(given.endpoint, env),
    headers: given.headers ?? {
      ...headersOf(env.OTEL_EXPORTER_OTLP_HEADERS),
      ...headersOf(env.OTEL_EXPORTER_OTLP_TRACES_HEADERS),
    },
    timeout: given.timeout ?? millisecondsOf(read('TIMEOUT')) ?? TIMEOUT_MS,
    gzip: (given.compression ?? read('COMPRESSION')) === 'gzip',
    tls: {
      ...fileOf('ca', 'CERTIFICATE', read),
      ...fileOf('cert', 'CLIENT_CERTIFICATE', read),
      ...fileOf('key', 'CLIENT_KEY', read),
    },
  };
}

/** A protocol that the environment asks for and that is not spoken. */
export function unusedProtocol(env: Environment): string | undefined {
  const named = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL;
  const protocol = named?.trim().toLowerCase();
  return protocol && protocol !== 'http/json' ? protocol : undefined;
}

/** The URL for spans below the base URL of a collector. */
export function tracesUrl(endpoint: string): string {
  const base = endpoint.replace(/\/+$/, '');
  return base.endsWith('/v1/traces') ? base : `${base}/v1/traces`;
}

function urlOf(given: string | undefined, env: Environment): string {
  if (given !== undefined) return tracesUrl(given);
  const exact = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?.trim();
  if (exact) return checked(exact, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim();
  if (!base) return tracesUrl(DEFAULT_ENDPOINT);
  return `${checked(base, 'OTEL_EXPORTER_OTLP_ENDPOINT').replace(/\/+$/, '')}/v1/traces`;
}

function checked(url: string, variable: string): string {
  if (URL.canParse(url) && /^https?:/i.test(url)) return url;
  throw new Error(`${variable}: expected an http or https URL`);
}

/** `key=value` pairs, percent-encoded. */
function headersOf(text: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const pair of (text ?? '').split(',')) {
    const equals = pair.indexOf('=');
    if (equals < 1) continue;
    headers[decoded(pair.slice(0, equals)).toLowerCase()] = decoded(pair.slice(equals + 1));
  }
  return headers;
}

/** People also write values as they are, with a per cent sign that stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return text.trim();
  }
}

function millisecondsOf(text: string | undefined): number | undefined {
  const value = Number(text ?? '');
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

function fileOf(
  part: keyof TlsFiles,
  name: string,
  read: (name: string) => string | undefined,
): TlsFiles {
  const file = read(name);
  if (file === undefined) return {};
  try {
    return { [part]: readFileSync(file) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`OTEL_EXPORTER_OTLP_${name}: cannot read ${file} (${code})`);
  }
}
