import { metricGroup } from '../model/group.js';
import { counter, gauge, histogram } from '../model/metric.js';

/** telltale's own state: what it could not do, and what it costs. */
export const self = metricGroup('self', {
  faults: counter({
    name: 'telltale_faults_total',
    help: 'Faults inside telltale that were kept from the application, by part',
    labels: ['part'],
  }),
  scrapeDuration: histogram({
    name: 'telltale_scrape_duration_seconds',
    help: 'Seconds to collect and write the metrics',
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
  }),
  droppedLines: counter({
    name: 'telltale_log_lines_dropped_total',
    help: 'Log lines dropped because their destination did not take them in time',
  }),
  folded: counter({
    name: 'telltale_series_folded_total',
    help: 'Values whose label became __other__ because their metric had too many series',
    labels: ['metric'],
  }),
  series: gauge({ name: 'telltale_series', help: 'Series that telltale keeps' }),
});
