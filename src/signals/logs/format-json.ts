import type { Format, FormatParts, LineParts, RequestLine } from './format.js';
import { milliseconds, millisecondsText, quoted, requestMessage, shorten } from './text.js';

/** pino's own JSON, with snake_case names. */
export function jsonFormat({ service, errorKey }: FormatParts): Format {
  return {
    settings: {},
    base: { service: service.name, version: service.version, pid: process.pid },
    place: ({ requestId, traceId, spanId }) => ({
      request_id: requestId,
      trace_id: traceId,
      span_id: spanId,
    }),
    work: (operation) => ({
      duration_ms: milliseconds(operation.duration),
      outcome: operation.outcome,
      [errorKey]: operation.error,
    }),
    request: (operation, http) => ({
      method: http.method,
      route: http.route,
      path: shorten(http.path),
      status: http.status,
      duration_ms: milliseconds(operation.duration),
      client_address: http.clientAddress,
      aborted: http.aborted ? true : undefined,
      slow: http.slow ? true : undefined,
      [errorKey]: operation.error,
    }),
    requestKeys: [
      'request_id',
      'trace_id',
      'span_id',
      'method',
      'route',
      'path',
      'status',
      'duration_ms',
      'client_address',
      'aborted',
      'slow',
    ],
    requestLine: jsonLine,
  };
}

function jsonLine({ stream, open, close, ...parts }: LineParts): RequestLine {
  const messageKey = `,${JSON.stringify(parts.messageKey)}:"`;
  const { errorText, boundText } = parts;
  return function writeJsonLine(level, operation, http) {
    const { trace, error, bound } = operation;
    const address = http.clientAddress;
    const failed = error === undefined ? '' : errorText(error);
    stream.write(
      `${open(level)},"request_id":${quoted(http.requestId)}${
        trace === undefined ? '' : `,"trace_id":"${trace.traceId}","span_id":"${trace.spanId}"`
      },"method":${quoted(shorten(http.method))},"route":${quoted(shorten(http.route))},"path":${quoted(
        shorten(http.path),
      )},"status":${http.status},"duration_ms":${millisecondsText(operation.duration)}${
        address === undefined ? '' : `,"client_address":${quoted(address)}`
      }${http.aborted ? ',"aborted":true' : ''}${http.slow ? ',"slow":true' : ''}${failed}${
        bound === undefined ? '' : boundText(bound, failed)
      }${messageKey}${requestMessage(http)}"${close}`,
    );
  };
}
