import type { OwnConnection } from './connection.js';

/** A `Client` of node-postgres, as far as it is needed. */
export interface PgClientLike {
  connect(): Promise<unknown>;
  query(statements: string): Promise<unknown>;
  end(): Promise<unknown>;
  on(event: 'error' | 'end', listener: (error?: unknown) => void): unknown;
  ref?(): void;
  unref?(): void;
  readonly connection?: {
    readonly stream?: { destroy?(): unknown; destroySoon?(): unknown };
  };
}

/** What a check asked PostgreSQL. */
export interface PostgresAnswer {
  readonly readOnly: boolean;
}

const READ_ONLY = "SELECT current_setting('transaction_read_only') AS telltale_read_only";

/** A connection over a client that is not connected yet, which asks by `statements` of a transaction. */
export function postgresConnection(
  client: PgClientLike,
  statements: string,
): OwnConnection<PostgresAnswer> {
  let alive = true;
  const broken = () => {
    alive = false;
  };
  // Without a listener a server that goes away would end the process.
  client.on('error', broken);
  client.on('end', broken);

  function end(): void {
    alive = false;
    new Promise((resolve) => resolve(client.end())).catch(() => {});
  }

  return {
    get alive() {
      return alive;
    },
    open: () => client.connect(),
    async ask() {
      const results = await client.query(`${statements}; ${READ_ONLY}; COMMIT`);
      return { readOnly: saysReadOnly(results) };
    },
    hold(active) {
      if (active) client.ref?.();
      else client.unref?.();
    },
    close() {
      end();
      client.connection?.stream?.destroySoon?.();
    },
    destroy() {
      end();
      client.connection?.stream?.destroy?.();
    },
  };
}

/** A message of several statements has a list of results. */
function saysReadOnly(results: unknown): boolean {
  return [results].flat().some((result) => {
    const [row] = (result as { rows?: readonly Record<string, unknown>[] }).rows ?? [];
    return row?.telltale_read_only === 'on';
  });
}
