import { classifyFault } from '../../core/fault.js';
import type { Attributes } from '../../model/operation.js';

/** What is told of an error that a query ended with. */
export interface Failure {
  /** The class of its SQLSTATE, or of fault: few enough for a label. */
  readonly label: string;
  readonly attributes: Attributes;
}

// Node's codes have five characters as well, and begin with an E as no SQLSTATE does.
const SQLSTATE = /^(?!E)[0-9A-Z]{5}$/;

/** Reads an error of PostgreSQL, of a connection, or of anything. */
export function failureOf(error: unknown): Failure {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (typeof code === 'string' && SQLSTATE.test(code)) {
    const attributes = { 'db.response.status_code': code, 'error.type': code };
    return { label: code.slice(0, 2), attributes };
  }
  const type = [code, name].find((text) => typeof text === 'string' && text !== '');
  return {
    label: classifyFault(error),
    attributes: { 'error.type': typeof type === 'string' ? type : '_OTHER' },
  };
}
