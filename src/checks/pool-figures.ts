import { refuse, shown } from './options.js';

/** How far a pool is used up. */
export interface PoolFigures {
  /** The most connections that it will ever have. */
  readonly max: number;
  readonly inUse: number;
  readonly idle: number;
  /** How many wait until a connection is given back. */
  readonly waiting: number;
}

/** A `Pool` of node-postgres, as far as it is needed. */
export interface PgPoolFiguresLike {
  readonly options: { readonly max?: number };
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

/** A pool of generic-pool, as far as it is needed. */
export interface GenericPoolLike {
  readonly max: number;
  readonly borrowed: number;
  readonly available: number;
  readonly pending: number;
}

/** A pool of connections. */
export type PoolSource = PgPoolFiguresLike | GenericPoolLike | (() => PoolFigures);

const PG_MAX = 10;

/**
 * Works out once how to read a pool.
 *
 * @throws TelltaleError when it is none that is known.
 */
export function buildReadFigures(source: PoolSource): () => PoolFigures {
  if (typeof source === 'function') return source;
  if (isPgPool(source)) {
    return () => ({
      max: source.options.max ?? PG_MAX,
      inUse: source.totalCount - source.idleCount,
      idle: source.idleCount,
      waiting: source.waitingCount,
    });
  }
  if (isGenericPool(source)) {
    return () => ({
      max: source.max,
      inUse: source.borrowed,
      idle: source.available,
      waiting: source.pending,
    });
  }
  const known =
    'a pg.Pool, a pool of generic-pool or a function that gives { max, inUse, idle, waiting }';
  return refuse('pool', `expected ${known}, got ${shown(source)}`);
}

function isPgPool(source: unknown): source is PgPoolFiguresLike {
  const pool = source as Partial<PgPoolFiguresLike> | null | undefined;
  return typeof pool?.totalCount === 'number' && typeof pool.options === 'object';
}

function isGenericPool(source: unknown): source is GenericPoolLike {
  const pool = source as Partial<GenericPoolLike> | null | undefined;
  return typeof pool?.borrowed === 'number' && typeof pool.max === 'number';
}
