/** How the health report is made, and who sees how much of it. */
export interface HealthOptions {
  /**
   * Milliseconds within which a report is given, whatever its checks do, and after which a check
   * that has not answered counts as failed. Kubernetes gives a probe one second by default.
   *
   * @default 800
   */
  timeout?: number;
  /**
   * Milliseconds for which the result of a check is given again instead of running it anew.
   *
   * @default 1000
   */
  cacheFor?: number;
  /**
   * Who sees messages and figures. Everybody sees each check's status and class, and a general
   * message. `authorized` are askers whose own socket address is a loopback one, and those whom
   * `endpoints.token` or `endpoints.authorize` admits. Headers such as `x-forwarded-for` are never
   * believed: behind a proxy on the same machine every asker is local, so say `never` there, or put
   * the endpoints on a port of their own.
   *
   * @default 'authorized' in production and where `endpoints` has a token or authorize, otherwise
   *   'always'
   */
  details?: 'always' | 'authorized' | 'never';
  /**
   * Names of checks under a name of their own: each group has an endpoint below that of the report,
   * such as `/health/storage`. A check that is not registered shows as `unknown` there.
   *
   * @default {}
   * @example
   * health: { groups: { storage: ['database', 'uploads'] } }
   */
  groups?: Readonly<Record<string, readonly string[]>>;
}
