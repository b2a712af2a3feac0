import type { Registry } from 'prom-client';

/** What metrics there are and how they are named. */
export interface MetricsOptions {
  /**
   * Put before the name of every metric that telltale makes.
   *
   * @default ''
   * @example
   * metrics: { prefix: 'shop_' } // shop_http_requests_total
   */
  prefix?: string;
  /**
   * Labels with fixed values on every series.
   *
   * @default {}
   */
  labels?: Record<string, string>;
  /**
   * Upper bounds of duration histograms, in seconds, ascending.
   *
   * @default [.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10]
   */
  buckets?: readonly number[];
  /**
   * How many series a metric may have. Beyond it the label with the most values becomes
   * `__other__` while the others stay true, and `telltale_series_folded_total` counts it.
   *
   * @default 2000
   */
  seriesLimit?: number;
  /**
   * A prom-client registry of your own to fill.
   *
   * @default a new one
   */
  registry?: Registry;
  /**
   * Further registries whose metrics are shown as well, such as prom-client's default one. No name
   * may be in two of them.
   *
   * @default []
   * @example
   * import { register } from 'prom-client';
   * setupMonitoring(app, { metrics: { registries: [register] } });
   */
  registries?: readonly Registry[];
}
