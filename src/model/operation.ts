import { TelltaleError } from './errors.js';
import type { HttpFacts } from './http.js';
import type { Scope } from './scope.js';
import type { TraceIdentity } from './trace.js';

/** Who works for whom, as OpenTelemetry names it: a request served is `server`, a query `client`. */
export type OperationKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal';

/** How an operation ended. `aborted`: the other side went away before the answer was whole. */
export type Outcome = 'ok' | 'error' | 'aborted';

/** A value that a span attribute or a log field can hold. */
export type AttributeValue = string | number | boolean | readonly string[] | undefined;

/** Free, high-cardinality facts of one operation. They go to spans and log lines, never to metrics. */
export type Attributes = Record<string, AttributeValue>;

/** Label values by label name. Every value is a string, so that `200` and `'200'` are one series. */
export type LabelValues<Label extends string> = Record<Label, string>;

/**
 * A kind of timed work. Made once by {@link operation}, then used for every piece of such work.
 */
export interface OperationType<Label extends string = string> {
  /** OpenTelemetry's name where it has one, such as `db.client.operation`. */
  readonly name: string;
  readonly kind: OperationKind;
  /** The low-cardinality labels that metrics may carry. */
  readonly labels: readonly Label[];
  /** How spans name the labels; one that is not here keeps its name. */
  readonly attributes?: SpanNames<Label> | undefined;
}

/**
 * Under which attribute a span has a label that is not empty, such as `db.collection.name` for
 * `table`; `false`: the span has it not at all.
 */
export type SpanNames<Label extends string = string> = Readonly<
  Partial<Record<Label, string | false>>
>;

/**
 * One timed piece of work: an HTTP request, a query, a job. Metrics, logs and traces are all told
 * about the same operation, which is why they agree.
 */
export interface Operation<Label extends string = string> {
  readonly type: OperationType<Label>;
  /** What a person calls this piece of work; the span's name. */
  name: string;
  /** May be completed until the operation ends: a request learns its route while it runs. */
  readonly labels: LabelValues<Label>;
  readonly attributes: Attributes;
  /** The scope in which the operation began: another operation, or an OpenTelemetry context. */
  readonly parent: Scope | undefined;
  /** `performance.now()` at the start, in milliseconds. */
  readonly startedAt: number;
  /** Seconds from start to end; 0 while the operation runs. */
  readonly duration: number;
  readonly outcome: Outcome;
  /** What was thrown or rejected, when the outcome is `error`. */
  readonly error: unknown;
  /** Present when the operation is itself an HTTP request. */
  readonly http: HttpFacts | undefined;
  /** The HTTP request in which the operation runs, if it runs in one, and logs or traces are on, or errors have sinks. */
  readonly request: HttpFacts | undefined;
  /** Fields that were bound to it, for its lines and those that are written in it. */
  readonly bound: Readonly<Record<string, unknown>> | undefined;
  /** Ids of the trace; written by the traces signal, absent when it is off. */
  trace: TraceIdentity | undefined;
}

/** What is known of an operation when it begins. */
export interface OperationInit<Label extends string = string> {
  /** Defaults to the type's name. Keep it low-cardinality: it becomes the span's name. */
  name?: string | undefined;
  labels?: Partial<Record<Label, string | number | boolean>> | undefined;
  attributes?: Attributes | undefined;
}

/**
 * Declares a kind of operation.
 *
 * @param name OpenTelemetry's name for it where there is one, otherwise `area.thing.verb`.
 * @param options `labels` are the names that metrics may carry (default none); `kind` defaults to
 *   `internal`; `attributes` are the names that spans have for labels (default the same).
 * @throws TelltaleError when the name or a label is not a lower-case identifier.
 * @example
 * const dbQuery = operation('db.client.operation', { kind: 'client', labels: ['table', 'verb'] });
 * const rows = await monitoring.observe(dbQuery, { labels: { table: 'users', verb: 'select' } }, () =>
 *   pool.query('select * from users'),
 * );
 */
export function operation<const Label extends string = never>(
  name: string,
  options: {
    kind?: OperationKind;
    labels?: readonly Label[];
    attributes?: SpanNames<NoInfer<Label>>;
  } = {},
): OperationType<Label> {
  if (!/^[a-z][a-z0-9_.-]*$/.test(name)) {
    throw new TelltaleError(
      'TELLTALE_INVALID_OPERATION',
      `operation name: expected lower-case words joined by dots, such as "db.client.operation", got ${JSON.stringify(name)}`,
    );
  }
  for (const label of options.labels ?? []) {
    if (!/^[a-z][a-z0-9_]*$/.test(label)) {
      throw new TelltaleError(
        'TELLTALE_INVALID_OPERATION',
        `operation ${name}: expected a snake_case label such as "table", got ${JSON.stringify(label)}`,
      );
    }
  }
  const { kind = 'internal', labels = [], attributes } = options;
  return Object.freeze({ name, kind, labels, attributes });
}
