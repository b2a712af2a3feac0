import { metricGroup } from '../model/group.js';
import { counter } from '../model/metric.js';

/** What is logged. */
export const logs = metricGroup('logs', {
  events: counter({
    name: 'log_events_total',
    help: 'Log lines written, by level',
    labels: ['level'],
  }),
});
