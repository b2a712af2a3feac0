import type { SerializedError } from 'pino';
import type { Fields } from '../../core/bind.js';
import { isErrorOrCopy } from '../../core/redact-error.js';
import type { HttpFacts } from '../../model/http.js';
import type { Operation, Outcome } from '../../model/operation.js';
import type { Format, FormatParts, LineParts, RequestLine } from './format.js';
import { quoted, requestMessage, shorten } from './text.js';

/** The version whose names these are, and that Elastic's own formatters name. */
const ECS_VERSION = '8.10.0';

/** What pino calls otherwise than ECS does. */
const RENAMED: Readonly<Record<string, string>> = {
  pid: 'process.pid',
  hostname: 'host.hostname',
  name: 'log.logger',
};

/**
 * Elastic Common Schema, as `@elastic/ecs-pino-format` writes it:
 * https://www.elastic.co/docs/reference/ecs/ecs-field-reference
 */
export function ecsFormat(parts: FormatParts): Format {
  const { service, errorKey } = parts;
  return {
    settings: {
      messageKey: 'message',
      timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
      formatters: {
        level: (label) => ({ 'log.level': label }),
        bindings: (bindings) =>
          Object.fromEntries(
            Object.entries(bindings).map(([key, value]) => [RENAMED[key] ?? key, value]),
          ),
        log: (fields) => withEcsError(fields, parts),
      },
    },
    base: {
      pid: process.pid,
      'ecs.version': ECS_VERSION,
      'service.name': service.name,
      'service.version': service.version,
      'service.environment': service.environment,
      'event.dataset': service.name,
    },
    place: ({ requestId, traceId, spanId }) => ({
      'http.request.id': requestId,
      'trace.id': traceId,
      'span.id': spanId,
    }),
    work: (operation) => ({
      'event.duration': nanoseconds(operation),
      'event.outcome': outcomeOf(operation.outcome),
      [errorKey]: operation.error,
    }),
    request: (operation, http) => ({
      'http.request.id': undefined,
      http: httpFields(http),
      url: { path: shorten(http.path) },
      client: clientFields(http),
      'event.duration': nanoseconds(operation),
      'event.outcome': outcomeOf(operation.outcome),
      aborted: http.aborted ? true : undefined,
      slow: http.slow ? true : undefined,
      [errorKey]: operation.error,
    }),
    requestKeys: [
      'trace.id',
      'span.id',
      'http',
      'http.request.id',
      'url',
      'client',
      'event.duration',
      'event.outcome',
      'aborted',
      'slow',
      'error',
    ],
    requestLine: ecsLine,
  };
}

function withEcsError(fields: Fields, { errorKey, serializeError }: FormatParts): Fields {
  const error = fields[errorKey];
  if (!isErrorOrCopy(error)) return fields;
  const { [errorKey]: _, ...rest } = fields;
  const shown = serializeError(error);
  if (typeof shown === 'string') return { ...rest, error: { message: shown } };
  const { type, message, stack } = (shown ?? {}) as Partial<SerializedError>;
  // A serializer with names of its own is left to pino.
  if ((type ?? message ?? stack) === undefined) return fields;
  return { ...rest, error: { type, message, stack_trace: stack } };
}

function nanoseconds(operation: Operation): number {
  return Math.round(operation.duration * 1e9);
}

function outcomeOf(outcome: Outcome): 'success' | 'failure' {
  return outcome === 'ok' ? 'success' : 'failure';
}

function httpFields(http: HttpFacts): Fields {
  return {
    version: http.protocolVersion,
    request: { id: http.requestId, method: http.method, body: bodyOf(http.requestBytes) },
    response: { status_code: http.status, body: bodyOf(http.responseBytes) },
    route: http.route,
  };
}

function bodyOf(bytes: number | undefined): { bytes: number } | undefined {
  return bytes === undefined ? undefined : { bytes };
}

function clientFields({ clientAddress }: HttpFacts): Fields | undefined {
  return clientAddress === undefined ? undefined : { address: clientAddress, ip: clientAddress };
}

function ecsLine({ stream, open, close, errorText, boundText }: LineParts): RequestLine {
  return function writeEcsLine(level, operation, http) {
    const { trace, error, bound } = operation;
    const address = http.clientAddress === undefined ? undefined : quoted(http.clientAddress);
    const failed = error === undefined ? '' : errorText(error);
    stream.write(
      `${open(level)}${
        trace === undefined ? '' : `,"trace.id":"${trace.traceId}","span.id":"${trace.spanId}"`
      },"http":{"version":${quoted(http.protocolVersion)},"request":{"id":${quoted(
        http.requestId,
      )},"method":${quoted(shorten(http.method))}${bodyText(http.requestBytes)}},"response":{"status_code":${
        http.status
      }${bodyText(http.responseBytes)}},"route":${quoted(shorten(http.route))}},"url":{"path":${quoted(
        shorten(http.path),
      )}}${
        address === undefined ? '' : `,"client":{"address":${address},"ip":${address}}`
      },"event.duration":${nanoseconds(operation)},"event.outcome":"${outcomeOf(
        operation.outcome,
      )}"${http.aborted ? ',"aborted":true' : ''}${http.slow ? ',"slow":true' : ''}${failed}${boundText(
        bound,
        failed,
      )},"message":"${requestMessage(http)}"${close}`,
    );
  };
}

function bodyText(bytes: number | undefined): string {
  return bytes === undefined ? '' : `,"body":{"bytes":${bytes}}`;
}
