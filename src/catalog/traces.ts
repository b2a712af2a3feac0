import { metricGroup } from '../model/group.js';
import { counter, gauge } from '../model/metric.js';

/** What became of the spans: those that ended were exported, were lost, or wait. */
export const traces = metricGroup('traces', {
  spans: counter({ name: 'telltale_spans_total', help: 'Recorded spans that have ended' }),
  exported: counter({
    name: 'telltale_spans_exported_total',
    help: 'Spans that an exporter has delivered',
    labels: ['exporter'],
  }),
  lost: counter({
    name: 'telltale_spans_lost_total',
    help: 'Spans that an exporter has not delivered, by reason',
    labels: ['exporter', 'reason'],
  }),
  waiting: gauge({
    name: 'telltale_spans_waiting',
    help: 'Spans that wait for an exporter or are being sent by it',
    labels: ['exporter'],
  }),
  overBudget: counter({
    name: 'telltale_traces_over_budget_total',
    help: 'Traces and kept spans that were not recorded because a budget was used up, by option',
    labels: ['budget'],
  }),
});
