/** How the health report is made. */
export interface HealthOptions {
  /**
   * Milliseconds after which a check that has not answered counts as failed. Kubernetes gives a
   * probe one second by default, so the whole report stays below it.
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
}
