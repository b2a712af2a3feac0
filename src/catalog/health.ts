import { metricGroup } from '../model/group.js';
import { counter, gauge } from '../model/metric.js';

/** How the checks of the service are, by their last results: reading these runs none of them. */
export const health = metricGroup('health', {
  status: gauge({
    name: 'health_check_status',
    help: '1 for the status that a check has, 0 for each of the others',
    labels: ['check', 'status'],
    aggregator: 'max',
  }),
  duration: gauge({
    name: 'health_check_duration_seconds',
    help: 'Seconds that the last run of a check took',
    labels: ['check'],
    aggregator: 'max',
  }),
  transitions: counter({
    name: 'health_check_transitions_total',
    help: 'Times that a check came to another status, by that status',
    labels: ['check', 'status'],
  }),
});
