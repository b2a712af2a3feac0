import type { Fields } from '../../core/bind.js';
import { isErrorOrCopy } from '../../core/redact-error.js';
import type { HttpFacts } from '../../model/http.js';
import type { Operation } from '../../model/operation.js';
import type { Format, FormatParts, LineParts, Place, RequestLine } from './format.js';
import { milliseconds, quoted, requestMessage, shorten } from './text.js';

const TRACE = 'logging.googleapis.com/trace';
const SPAN_ID = 'logging.googleapis.com/spanId';
const SAMPLED = 'logging.googleapis.com/trace_sampled';

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#logseverity */
const SEVERITIES = [
  [60, 'CRITICAL'],
  [50, 'ERROR'],
  [40, 'WARNING'],
  [30, 'INFO'],
] as const;

/**
 * What Google Cloud's agents understand: https://cloud.google.com/logging/docs/structured-logging,
 * and for errors https://cloud.google.com/error-reporting/docs/formatting-error-messages
 */
export function gcpFormat(parts: FormatParts): Format {
  const { service, errorKey } = parts;
  const traces = service.project === undefined ? '' : `projects/${service.project}/traces/`;
  return {
    settings: {
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: {
        level: (_, number) => ({ severity: severityOf(number) }),
        log: (fields) => withStackTrace(fields, parts),
      },
    },
    base: {
      serviceContext: { service: service.name, version: service.version },
      pid: process.pid,
    },
    place: ({ requestId, traceId, spanId, sampled }: Place) => ({
      [TRACE]: traceId && traces + traceId,
      [SPAN_ID]: spanId,
      [SAMPLED]: traceId === undefined ? undefined : sampled,
      request_id: requestId,
    }),
    work: (operation) => ({
      duration_ms: milliseconds(operation.duration),
      outcome: operation.outcome,
      [errorKey]: operation.error,
    }),
    request: (operation, http) => ({
      httpRequest: httpRequestOf(operation, http),
      route: http.route,
      aborted: http.aborted ? true : undefined,
      slow: http.slow ? true : undefined,
      [errorKey]: operation.error,
    }),
    requestKeys: [
      TRACE,
      SPAN_ID,
      SAMPLED,
      'request_id',
      'httpRequest',
      'route',
      'aborted',
      'slow',
      'stack_trace',
    ],
    requestLine: (line) => gcpLine(line, traces),
  };
}

function severityOf(level: number): string {
  return SEVERITIES.find(([least]) => level >= least)?.[1] ?? 'DEBUG';
}

function withStackTrace(fields: Fields, { errorKey, serializeError }: FormatParts): Fields {
  const error = fields[errorKey];
  if (!isErrorOrCopy(error)) return fields;
  const shown = serializeError(error) as { stack?: unknown } | null | undefined;
  return { ...fields, stack_trace: shown?.stack };
}

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#httprequest */
function httpRequestOf(operation: Operation, http: HttpFacts): Fields {
  return {
    requestMethod: http.method,
    requestUrl: shorten(http.path),
    requestSize: http.requestBytes === undefined ? undefined : String(http.requestBytes),
    status: http.status,
    responseSize: http.responseBytes === undefined ? undefined : String(http.responseBytes),
    remoteIp: http.clientAddress,
    latency: latencyOf(operation),
    protocol: `HTTP/${http.protocolVersion}`,
  };
}

/** https://protobuf.dev/reference/protobuf/google.protobuf/#duration */
function latencyOf(operation: Operation): string {
  return `${Math.round(operation.duration * 1e6) / 1e6}s`;
}

function gcpLine(parts: LineParts, traces: string): RequestLine {
  const { stream, open, close, errorText, boundText } = parts;
  return function writeGcpLine(level, operation, http) {
    const { trace, error, bound } = operation;
    const address = http.clientAddress;
    const failed = error === undefined ? '' : errorText(error);
    stream.write(
      `${open(level)}${
        trace === undefined
          ? ''
          : `,"${TRACE}":"${traces}${trace.traceId}","${SPAN_ID}":"${trace.spanId}","${SAMPLED}":${trace.sampled}`
      },"request_id":${quoted(http.requestId)},"httpRequest":{"requestMethod":${quoted(
        shorten(http.method),
      )},"requestUrl":${quoted(shorten(http.path))}${sizeText('requestSize', http.requestBytes)},"status":${
        http.status
      }${sizeText('responseSize', http.responseBytes)}${
        address === undefined ? '' : `,"remoteIp":${quoted(address)}`
      },"latency":"${latencyOf(operation)}","protocol":${quoted(
        `HTTP/${http.protocolVersion}`,
      )}},"route":${quoted(shorten(http.route))}${http.aborted ? ',"aborted":true' : ''}${
        http.slow ? ',"slow":true' : ''
      }${failed}${boundText(bound, failed)},"message":"${requestMessage(http)}"${close}`,
    );
  };
}

function sizeText(name: string, bytes: number | undefined): string {
  return bytes === undefined ? '' : `,"${name}":"${bytes}"`;
}
