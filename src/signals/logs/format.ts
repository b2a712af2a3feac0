import type { DestinationStream, LoggerOptions } from 'pino';
import type { Fields } from '../../core/bind.js';
import type { HttpFacts } from '../../model/http.js';
import type { Operation } from '../../model/operation.js';
import { ecsFormat } from './format-ecs.js';
import { gcpFormat } from './format-gcp.js';
import { jsonFormat } from './format-json.js';

/** How lines are written. */
export type LogFormat = 'json' | 'ecs' | 'gcp' | 'pretty';

/** Every {@link LogFormat}. */
export const LOG_FORMATS: readonly LogFormat[] = ['json', 'ecs', 'gcp', 'pretty'];

/** Where a line was written. */
export interface Place {
  readonly requestId: string | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  /** Whether the trace is recorded, where that is known. */
  readonly sampled: boolean | undefined;
}

/** Writes the line of one request. */
export type RequestLine = (level: number, operation: Operation, http: HttpFacts) => void;

/** What lines are put together from, as text. */
export interface LineParts {
  readonly stream: DestinationStream;
  /** The beginning of a line: its level, its time and the fields that all lines have. */
  open(level: number): string;
  /** The end of a line, from its last brace on. */
  readonly close: string;
  readonly messageKey: string;
  /** The fields that tell of an error, each with a comma before it. */
  errorText(error: unknown): string;
  /** Bound fields, each with a comma before it, as far as the line's error leaves room. */
  boundText(bound: Readonly<Fields> | undefined, errorText: string): string;
}

/** One way to name what is logged. */
export interface Format {
  /** What pino has to do otherwise than by default. */
  readonly settings: Pick<LoggerOptions, 'messageKey' | 'timestamp' | 'formatters'>;
  /** The fields of every line. */
  readonly base: Fields;
  /** The fields that say where a line was written. */
  place(place: Place): Fields;
  /** What work that is no request took, what came of it, and its error. */
  work(operation: Operation): Fields;
  /** What a request line says beside its place. */
  request(operation: Operation, http: HttpFacts): Fields;
  /** The names that a request line has, beside those of every line. */
  readonly requestKeys: readonly string[];
  /** A request line of the same fields, put together from text. */
  requestLine(parts: LineParts): RequestLine;
}

/** The service whose lines they are. */
export interface LoggedService {
  readonly name: string;
  readonly version: string;
  readonly environment: string;
  /** Google Cloud's project, where it is known. */
  readonly project: string | undefined;
}

/** What a format is made of. */
export interface FormatParts {
  readonly service: LoggedService;
  /** Under which name errors are logged. */
  readonly errorKey: string;
  /** What is written of an error. */
  serializeError(error: Error): unknown;
}

/** Creates a format. `pretty` is `json` with somebody to read it. */
export function createFormat(name: LogFormat, parts: FormatParts): Format {
  if (name === 'ecs') return ecsFormat(parts);
  return name === 'gcp' ? gcpFormat(parts) : jsonFormat(parts);
}
