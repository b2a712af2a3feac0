/** The package has no types. */
declare module 'pg-cursor' {
  import type { Connection, Submittable } from 'pg';

  export default class Cursor implements Submittable {
    constructor(text: string, values?: unknown[]);
    submit(connection: Connection): void;
    read(count: number): Promise<Record<string, unknown>[]>;
    read(count: number, callback: (error: Error, rows: unknown[]) => void): void;
    close(): Promise<void>;
  }
}
