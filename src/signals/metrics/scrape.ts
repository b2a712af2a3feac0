import type { Registry } from 'prom-client';
import { createDeadline, type Deadline } from '../../core/deadline.js';
import type { Diagnostics } from '../../core/diagnostics.js';
import type { Collectors } from './collectors.js';
import {
  createPage,
  type Page,
  type RegisteredMetric,
  type SharedLabels,
  writeFamily,
  writeForeign,
} from './exposition.js';
import { Family } from './family.js';
import type { Format } from './sample.js';

/** Writes every metric of some registries. */
export interface Scraper {
  /**
   * One collection is shared by all who ask for the same format at the same time. Neither a registry
   * nor a metric is changed by it; a metric that fails or is late is left out and reported.
   */
  scrape(format: Format, timeoutMs?: number): Promise<readonly Buffer[]>;
}

/** What Prometheus gives a scrape when nobody has said otherwise. */
const TIMEOUT_MS = 10_000;

/** Creates the scraper of these registries. Of two metrics of one name the first is written. */
export function createScraper(
  registries: readonly Registry[],
  collectors: Collectors,
  diagnostics: Diagnostics,
): Scraper {
  const underWay = new Map<Format, Promise<readonly Buffer[]>>();

  async function scrape(format: Format, timeoutMs: number): Promise<readonly Buffer[]> {
    const deadline = createDeadline(timeoutMs);
    await collectors.run(deadline);
    const page = createPage();
    const written = new Set<string>();
    for (const registry of registries) {
      const shared = sharedLabelsOf(registry);
      for (const metric of registry.getMetricsAsArray() as unknown as RegisteredMetric[]) {
        if (written.has(metric.name)) continue;
        written.add(metric.name);
        try {
          await writeMetric(page, metric, format, shared, deadline);
        } catch (error) {
          diagnostics.caught(`metrics/${metric.name}`, error);
        }
        await page.rest();
      }
    }
    if (format === 'openmetrics') page.add('# EOF\n');
    return page.pieces();
  }

  return {
    scrape(format, timeoutMs = TIMEOUT_MS) {
      let scraping = underWay.get(format);
      if (scraping === undefined) {
        scraping = scrape(format, timeoutMs).finally(() => underWay.delete(format));
        underWay.set(format, scraping);
      }
      return scraping;
    },
  };
}

async function writeMetric(
  page: Page,
  metric: RegisteredMetric,
  format: Format,
  shared: SharedLabels,
  deadline: Deadline,
): Promise<void> {
  if (metric instanceof Family) {
    if (metric.collect !== undefined) await deadline.hold(metric.collect());
    await writeFamily(page, metric, format, shared);
    return;
  }
  writeForeign(page, await deadline.hold(metric.get()), format, shared);
}

function sharedLabelsOf(registry: Registry): SharedLabels {
  const labels = (registry as unknown as { _defaultLabels?: Record<string, unknown> })
    ._defaultLabels;
  return Object.fromEntries(
    Object.entries(labels ?? {}).map(([name, value]) => [name, String(value)]),
  );
}
