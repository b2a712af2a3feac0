import { metricGroup } from '../model/group.js';
import { counter } from '../model/metric.js';

/** Errors of the service, and what became of telling about them. */
export const errors = metricGroup('errors', {
  errors: counter({
    name: 'errors_total',
    help: 'Errors of requests and other work, each counted once on its way up',
    labels: ['type', 'handled'],
  }),
  forgotten: counter({
    name: 'telltale_error_groups_forgotten_total',
    help: 'Groups of errors that made room for others',
  }),
  dropped: counter({
    name: 'telltale_error_reports_dropped_total',
    help: 'Errors that a sink was not told of, or could not pass on',
    labels: ['sink'],
  }),
});
