/**
 * What is current in a chain of calls. It has the shape of an OpenTelemetry `Context`, so that one
 * AsyncLocalStorage carries telltale's operations and OpenTelemetry's contexts alike.
 */
export interface Scope {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): Scope;
  deleteValue(key: symbol): Scope;
}
