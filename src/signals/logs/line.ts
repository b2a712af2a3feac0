import { type DestinationStream, symbols } from 'pino';
import type { HttpFacts } from '../../model/http.js';
import type { Operation } from '../../model/operation.js';
import { errorText } from './error-text.js';

/** Writes the line of one request. */
export type RequestLine = (level: number, operation: Operation, http: HttpFacts) => void;

/**
 * Creates a writer of request lines that puts pino's own line together from parts that are already
 * text. A request line always has the same fields, so that pino need not look at them.
 */
export function createRequestLine(
  stream: DestinationStream,
  base: Readonly<Record<string, unknown>>,
): RequestLine {
  const service = JSON.stringify(base).slice(1, -1);
  const shared = service === '' ? '' : `,${service}`;
  const asks = symbols.needsMetadataGsym in stream;
  return function writeRequestLine(level, operation, http) {
    // pino.multistream and its like choose by it where the line goes.
    if (asks) (stream as { lastLevel?: number }).lastLevel = level;
    const { trace, error } = operation;
    const address = http.clientAddress;
    stream.write(
      `{"level":${level},"time":${Date.now()}${shared},"request_id":${quoted(http.requestId)}${
        trace === undefined ? '' : `,"trace_id":"${trace.traceId}","span_id":"${trace.spanId}"`
      },"method":${quoted(shorten(http.method))},"route":${quoted(shorten(http.route))},"path":${quoted(
        shorten(http.path),
      )},"status":${http.status},"duration_ms":${milliseconds(operation.duration)}${
        address === undefined ? '' : `,"client_address":${quoted(address)}`
      }${http.aborted ? ',"aborted":true' : ''}${http.slow ? ',"slow":true' : ''}${
        error === undefined ? '' : `,"err":${errorText(error)}`
      },"msg":"${requestMessage(http)}"}\n`,
    );
  };
}

/** What a request line says. */
export function requestMessage(http: HttpFacts): string {
  return http.aborted ? 'request aborted' : 'request completed';
}

/** Seconds as milliseconds with three decimals. */
export function milliseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
}

const LONGEST_VALUE = 256;

/** Keeps a line readable, and a hostile path from filling the disk. */
export function shorten(value: string): string {
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
}

// Most values are plain ASCII, for which looking is cheaper than quoting.
const NEEDS_CARE = /[^ !#-[\]-~]/;

function quoted(value: string): string {
  return NEEDS_CARE.test(value) ? JSON.stringify(value) : `"${value}"`;
}
