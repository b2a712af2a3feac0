import pg from 'pg';
import type { PostgresService } from './postgres.js';

/** Asks a server as its administrator, over a connection of one's own. */
export async function askPostgres({ url }: PostgresService, question: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(question)).rows;
  } finally {
    await client.end();
  }
}
