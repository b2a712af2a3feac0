import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Family } from './family.js';
import { createLabelTexts } from './label-texts.js';
import type { Format, PromMetric, SampleSink } from './sample.js';
import { escapeLabel, helpText, numberText, pairText } from './text.js';

/** Media types of the formats, as Prometheus sends and expects them. */
export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** A metric as registries hold it: of telltale's own, or of anybody's prom-client. */
export interface RegisteredMetric {
  readonly name: string;
  get(): Promise<PromMetric> | PromMetric;
}

/** The labels that a registry puts on everything. */
export type SharedLabels = Readonly<Record<string, string>>;

/** Collects text and lets others run in between, so that a large registry holds nobody up. */
export interface Page {
  add(text: string): void;
  /** Waits for the next turn of the event loop when this one has been long enough. */
  rest(): Promise<void> | undefined;
  /** Everything added, as bytes. */
  pieces(): readonly Buffer[];
}

const CHUNK = 32 * 1024;
/** A request that arrives meanwhile waits no longer than this. */
const SHORTEST_TURN_MS = 0.1;
const LONGEST_TURN_MS = 4;
/** Of the time that everything else took: a service that is busy is still to be seen. */
const SHARE = 0.1;

/** Creates an empty page. */
export function createPage(): Page {
  const chunks: Buffer[] = [];
  let text = '';
  let turnEnds = performance.now() + SHORTEST_TURN_MS;

  function cut(): void {
    chunks.push(Buffer.from(text));
    text = '';
  }

  return {
    add(more) {
      text += more;
      if (text.length > CHUNK) cut();
    },
    rest() {
      const left = performance.now();
      if (left < turnEnds) return undefined;
      return nextTurn().then(() => {
        const back = performance.now();
        turnEnds =
          back + Math.min(Math.max((back - left) * SHARE, SHORTEST_TURN_MS), LONGEST_TURN_MS);
      });
    },
    pieces() {
      cut();
      return chunks;
    },
  };
}

/** So many series are written between two looks at the clock. */
const SERIES_AT_A_TIME = 8;

/** Writes one of telltale's own metrics. */
export async function writeFamily(
  page: Page,
  family: Family,
  format: Format,
  shared: SharedLabels,
): Promise<void> {
  const before = Object.entries(shared)
    .filter(([name]) => !family.labelNames.includes(name))
    .map(([name, value]) => pairText(name, value))
    .filter(Boolean)
    .join(',');
  const { head, name } = heading(family.name, family.help, family.type, format);
  page.add(head);
  const write = family.writer(sinkTo(page, name, before, format), format);
  const labelsAt = createLabelTexts(family.index);
  let written = 0;
  for (const at of family.series()) {
    write(family.addressAt(at), labelsAt(at));
    if (++written % SERIES_AT_A_TIME === 0) await page.rest();
  }
}

function sinkTo(page: Page, name: string, before: string, format: Format): SampleSink {
  return function writeSample(suffix, labels, value, exemplar) {
    const all = before === '' ? labels : labels === '' ? before : `${before},${labels}`;
    const braces = all === '' ? '' : `{${all}}`;
    let line = `${name}${suffix}${braces} ${numberText(value)}`;
    if (exemplar !== undefined && format === 'openmetrics') {
      const { traceId, spanId, value: seen, time } = exemplar;
      line += ` # {trace_id="${traceId}",span_id="${spanId}"} ${numberText(seen)} ${time}`;
    }
    page.add(`${line}\n`);
  };
}

/** Writes a metric that somebody else made. */
export function writeForeign(
  page: Page,
  metric: PromMetric,
  format: Format,
  shared: SharedLabels,
): void {
  const { head, name } = heading(metric.name, metric.help, metric.type, format);
  page.add(head);
  for (const { metricName = name, labels, value } of metric.values ?? []) {
    const text = Object.entries({ ...shared, ...labels })
      .map(([label, of]) => `${label}="${escapeLabel(String(of))}"`)
      .join(',');
    page.add(`${metricName}${text === '' ? '' : `{${text}}`} ${numberText(value)}\n`);
  }
}

/** OpenMetrics names a counter's family without `_total` and its samples with it. */
function heading(
  name: string,
  help: string,
  type: string,
  format: Format,
): { head: string; name: string } {
  const isCounter = format === 'openmetrics' && type === 'counter';
  const family = isCounter ? name.replace(/_total$/, '') : name;
  return {
    head: `# HELP ${family} ${helpText(help)}\n# TYPE ${family} ${type}\n`,
    name: isCounter ? `${family}_total` : name,
  };
}
