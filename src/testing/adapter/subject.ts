import type { RequestListener, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { MonitoredApp } from '../../index.js';

/** An application that listens. */
export interface ServedApp {
  /** The server that it listens with. */
  readonly server: Server | SecureServer;
  /** Closes the server and every connection. */
  close(): Promise<void>;
}

/** One kind of application, and how it is built. */
export interface AdapterSubject {
  readonly name: string;
  /**
   * Builds an application whose every request reaches `listener` as Node's own request and response,
   * calls `monitor` with it when there is one, and listens on a free port of 127.0.0.1.
   */
  serve(listener: RequestListener, monitor?: (app: MonitoredApp) => void): Promise<ServedApp>;
  /** Whether it speaks TLS. */
  readonly secure?: boolean;
  /** Names of cases to leave out, each with the reason why this kind of application differs. */
  readonly exceptions?: Readonly<Record<string, string>>;
}
