import { metricGroup } from '../model/group.js';
import { gauge } from '../model/metric.js';

/** What runs here. */
export const app = metricGroup('app', {
  info: gauge({
    name: 'app_build_info',
    help: 'Always 1; its labels say which build of which service this is',
    labels: ['service', 'version', 'environment'],
    aggregator: 'first',
  }),
  uptime: gauge({
    name: 'app_uptime_seconds',
    help: 'Seconds since the process started',
    aggregator: 'max',
  }),
});
