import type { db } from '../../catalog/db.js';
import type { GaugeSeries } from '../../signals/metrics/handles.js';
import type { Handles, Metrics } from '../../signals/metrics/metrics.js';
import type { Pool } from './targets.js';

/**
 * Shows how far a pool is used up, as it is when metrics are collected. Pools of one name are added
 * up. Returns what takes the pool away again.
 */
export function showFigures(
  pool: Pool,
  name: string,
  metrics: Metrics,
  { connections, maxConnections, pendingRequests }: Handles<typeof db>,
): () => void {
  const shown: { series: GaugeSeries; read: () => number; last: number }[] = [];
  const show = (series: GaugeSeries, read: () => number) => shown.push({ series, read, last: 0 });
  show(connections.labels({ pool: name, state: 'idle' }), () => pool.idleCount);
  show(connections.labels({ pool: name, state: 'used' }), () => pool.totalCount - pool.idleCount);
  show(maxConnections.labels({ pool: name }), () => Number(pool.options.max ?? 0));
  show(pendingRequests.labels({ pool: name }), () => pool.waitingCount);

  const stop = metrics.onCollect(`pool ${name}`, () => {
    for (const one of shown) {
      const now = one.read();
      one.series.inc(now - one.last);
      one.last = now;
    }
  });
  return () => {
    stop();
    for (const { series, last } of shown) series.dec(last);
  };
}
