import { traces as catalog } from '../catalog/traces.js';
import type { Logs } from '../signals/logs/logs.js';
import type { Metrics } from '../signals/metrics/metrics.js';
import type { TraceLedger } from '../signals/traces/traces.js';

/** Shows what became of the spans as metrics. */
export function measureTraces(ledger: TraceLedger, metrics: Metrics): void {
  if (ledger.deliveries.length === 0) return;
  const { spans, exported, lost, waiting, overBudget } = metrics.use(catalog);
  metrics.onCollect('traces', () => {
    const { begun, forced, keep } = ledger.refusals;
    spans.labels({}).reach(ledger.ended());
    for (const delivery of ledger.deliveries) {
      const { exporter } = delivery;
      exported.labels({ exporter }).reach(delivery.exported);
      waiting.set({ exporter }, delivery.waiting());
      for (const [reason, count] of Object.entries(delivery.lost)) {
        lost.labels({ exporter, reason }).reach(count);
      }
    }
    overBudget.labels({ budget: 'tracesPerSecond' }).reach(begun);
    overBudget.labels({ budget: 'forcedPerSecond' }).reach(forced);
    overBudget.labels({ budget: 'keep.perSecond' }).reach(keep);
  });
}

/**
 * Writes one line for each warning, one when an exporter begins to lose spans, and one when it takes
 * them again.
 */
export function logTraces(
  ledger: TraceLedger,
  warnings: readonly string[],
  { logger }: Logs,
): void {
  for (const warning of warnings) logger.warn(`telltale: ${warning}`);
  ledger.onChange(({ exporter, failing, reason, error, lost }) => {
    if (failing) {
      logger.warn(
        { exporter, reason, ...(error !== undefined && { err: error }) },
        `telltale: exporter ${exporter} does not deliver spans; the service goes on`,
      );
    } else {
      logger.info(
        { exporter, reason, lost },
        `telltale: exporter ${exporter} delivers spans again; ${lost} were lost`,
      );
    }
  });
}
