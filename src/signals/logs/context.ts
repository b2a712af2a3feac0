import { boundTo, type Fields } from '../../core/bind.js';
import { operationIn, type Scopes } from '../../core/scope.js';
import type { Operation } from '../../model/operation.js';
import type { Format } from './format.js';
import { placeOf, without } from './lines.js';

/** What of the rest of the service says where a line is written. */
export interface ContextParts {
  scopes: Scopes;
  /** The ids of the active span, as log fields, where there is a trace. */
  traceFields: () => { trace_id: string; span_id: string } | undefined;
}

/**
 * The fields that a line gets from where it is written: those of `own`, for what is written with a
 * request's logger out of its context, or else those of whatever is current.
 */
export type ContextFields = (own?: Operation) => Fields;

/**
 * Creates the fields of one Monitoring's lines.
 *
 * @param taken names that bound fields cannot have.
 */
export function createContextFields(
  { scopes, traceFields }: ContextParts,
  format: Format,
  taken: ReadonlySet<string>,
): ContextFields {
  return function contextFields(own) {
    const active = operationIn(scopes.active());
    if (own !== undefined && active?.request !== own.request) {
      return withBound(boundTo(own), format.place(placeOf(own)));
    }
    const ids = traceFields();
    if (active === undefined && ids === undefined) return {};
    const place = format.place({
      requestId: active?.request?.requestId,
      traceId: ids?.trace_id,
      spanId: ids?.span_id,
      sampled: active?.trace?.sampled,
    });
    return withBound(boundTo(active), place);
  };

  function withBound(bound: Readonly<Fields> | undefined, place: Fields): Fields {
    return bound === undefined ? place : { ...without(taken, bound), ...place };
  }
}
