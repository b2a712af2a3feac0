import type { Registry } from 'prom-client';
import { createDeadline, type Deadline } from '../../core/deadline.js';
import type { Diagnostics } from '../../core/diagnostics.js';
import type { Collectors } from './collectors.js';
import { type SharedLabels, writeFamily, writeForeign } from './exposition.js';
import { Family } from './family.js';
import { createPage, type Page } from './page.js';
import { createReadings, isSoon, type RegisteredMetric } from './readings.js';
import type { Format, PromMetric } from './sample.js';

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
/** Of the time: a collector that hangs leaves the rest to what metrics collect themselves. */
const COLLECTORS_SHARE = 0.75;

interface Scrape {
  readonly deadline: Deadline;
  readonly pieces: Promise<readonly Buffer[]>;
}

/** Creates the scraper of these registries. Of two metrics of one name the first is written. */
export function createScraper(
  registries: readonly Registry[],
  collectors: Collectors,
  diagnostics: Diagnostics,
): Scraper {
  const readings = createReadings();
  const underWay = new Map<Format, Scrape>();
  const hurried = new Map<Format, Scrape>();

  async function collect(format: Format, deadline: Deadline): Promise<readonly Buffer[]> {
    await collectors.run(createDeadline(deadline.left() * COLLECTORS_SHARE));
    return write(format, deadline);
  }

  /** What has to wait is waited for all together and has its place kept. */
  async function write(format: Format, deadline: Deadline): Promise<readonly Buffer[]> {
    const page = createPage();
    const written = new Set<string>();
    const late: Promise<void>[] = [];
    for (const registry of registries) {
      const shared = sharedLabelsOf(registry);
      for (const metric of registry.getMetricsAsArray() as unknown as RegisteredMetric[]) {
        const name = nameIn(registry, metric);
        if (written.has(name)) continue;
        written.add(name);
        const writeTo = (to: Page, reading?: Promise<PromMetric | undefined>) =>
          guard(name, async () => {
            const read = await reading;
            if (metric instanceof Family) await writeFamily(to, metric, format, shared);
            else writeForeign(to, { ...(read as PromMetric), name }, format, shared);
          });
        if (metric instanceof Family && metric.collect === undefined) {
          await writeTo(page);
        } else {
          const reading = readings.read(metric, deadline);
          if (await isSoon(reading)) await writeTo(page, reading);
          else late.push(writeTo(page.gap(), reading));
        }
        await page.rest();
      }
    }
    await Promise.all(late);
    if (format === 'openmetrics') page.add('# EOF\n');
    return page.pieces();
  }

  async function guard(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      diagnostics.caught(`metrics/${name}`, error);
    }
  }

  return {
    scrape(format, timeoutMs = TIMEOUT_MS) {
      const deadline = createDeadline(timeoutMs);
      const first = share(underWay, format, deadline, collect);
      if (first.deadline.end <= deadline.end) return first.pieces;
      // What there is by then is written again, for all who cannot wait for the first.
      return deadline
        .hold(first.pieces)
        .catch(() => share(hurried, format, deadline, write).pieces);
    },
  };
}

function share(
  underWay: Map<Format, Scrape>,
  format: Format,
  deadline: Deadline,
  begin: (format: Format, deadline: Deadline) => Promise<readonly Buffer[]>,
): Scrape {
  let scrape = underWay.get(format);
  if (scrape === undefined) {
    const pieces = begin(format, deadline).finally(() => underWay.delete(format));
    underWay.set(format, (scrape = { deadline, pieces }));
  }
  return scrape;
}

/** A counter that prom-client has renamed is still known to its registry by the name it had. */
function nameIn(registry: Registry, metric: RegisteredMetric): string {
  const before = `${metric.name}_total`;
  return (registry.getSingleMetric(before) as unknown) === metric ? before : metric.name;
}

function sharedLabelsOf(registry: Registry): SharedLabels {
  const labels = (registry as unknown as { _defaultLabels?: Record<string, unknown> })
    ._defaultLabels;
  return Object.fromEntries(
    Object.entries(labels ?? {}).map(([name, value]) => [name, String(value)]),
  );
}
