/** Any method of an object that is not ours. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** A `Client` of node-postgres, as far as it is needed. */
export interface Client {
  query: Method;
  connect: Method;
  end: Method;
  emit: Method;
  readonly host?: unknown;
  readonly port?: unknown;
  readonly database?: unknown;
}

/** A `Pool` of node-postgres, as far as it is needed. */
export interface Pool {
  query: Method;
  connect: Method;
  end: Method;
  emit: Method;
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Something that is sent as it is: a query with events, a cursor, a stream of rows or of a copy. */
export interface Submittable {
  submit: Method;
  readonly text?: unknown;
  readonly cursor?: { readonly text?: unknown };
}

const METHODS = ['query', 'connect', 'end', 'emit'] as const;

/** Can it be asked and connected, as clients and pools can? */
export function isClient(target: unknown): target is Client {
  const client = target as Partial<Client> | null | undefined;
  return METHODS.every((method) => typeof client?.[method] === 'function');
}

/** Is it a pool of clients? */
export function isPool(target: Client | Pool): target is Pool {
  const pool = target as Partial<Pool>;
  return typeof pool.totalCount === 'number' && typeof pool.options === 'object';
}

/** Is it sent as it is? */
export function isSubmittable(config: unknown): config is Submittable {
  return typeof (config as Partial<Submittable> | null | undefined)?.submit === 'function';
}
