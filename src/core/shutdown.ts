/** What is called on the way down. What it throws is reported; what hangs is given up in time. */
export type ShutdownHook = () => unknown;

/** How the service ends, and what of it telltale ends. */
export interface ShutdownOptions {
  /**
   * Signals that end the service: everything below, then the process. A second one ends it at once,
   * with the code that a shell gives it, 128 and the signal's number. A signal that is caught no
   * longer ends the process by itself, which is why none is by default.
   *
   * @default []
   * @example
   * shutdown: { signals: ['SIGTERM', 'SIGINT'] }
   */
  signals?: readonly NodeJS.Signals[];
  /**
   * Whether shutting down closes the servers, or only takes telltale out of them. `true`: accept no
   * more, answer what is under way, close every connection; a Fastify instance by its own `close`.
   *
   * @default whether there are `signals`
   */
  servers?: boolean;
  /**
   * Milliseconds for which everything is still served after readiness has said no, so that load
   * balancers can take note. It is not waited for when no server accepts connections any more.
   *
   * @default 5000 where servers are closed in Kubernetes (KUBERNETES_SERVICE_HOST is set), else 0
   */
  drainDelay?: number;
  /**
   * Milliseconds for everything but `drainDelay`. Half of it may pass before servers are closed, on
   * `beforeShutdown` and beacons; three quarters of what is left then are for requests; hooks share
   * the rest evenly with spans and logs. What takes longer is cut, and named in one line of the log.
   *
   * @default 5000
   */
  timeout?: number;
  /** Called at once, while everything is still served. Servers are not closed before it is done. */
  beforeShutdown?: ShutdownHook;
  /**
   * Called when no request runs any more, before spans and logs are sent: close what requests use.
   * Of several the last comes first, as what was opened last is best closed first.
   *
   * @example
   * shutdown: { onShutdown: [() => pool.end(), () => queue.close()] } // the queue, then the pool
   */
  onShutdown?: ShutdownHook | readonly ShutdownHook[];
  /**
   * Whether the process exits when a signal has ended the service: with `process.exitCode`, or else
   * with 0, or with 1 when something had to be cut. `false` leaves it to end by itself.
   *
   * @default true
   */
  exit?: boolean;
}
