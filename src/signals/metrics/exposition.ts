import type { Family } from './family.js';
import { createLabelTexts } from './label-texts.js';
import type { Page } from './page.js';
import type { Format, PromMetric, SampleSink } from './sample.js';
import { escapeLabel, helpText, numberText, pairText } from './text.js';

/** Media types of the formats, as Prometheus sends and expects them. */
export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** The labels that a registry puts on everything. */
export type SharedLabels = Readonly<Record<string, string>>;

/** So many series are written between two looks at the clock. */
const SERIES_AT_A_TIME = 8;

/** Writes one of telltale's own metrics. */
export async function writeFamily(
  page: Page,
  family: Family,
  format: Format,
  shared: SharedLabels,
): Promise<void> {
  const own = family.type === 'histogram' ? [...family.labelNames, 'le'] : family.labelNames;
  const before = Object.entries(shared)
    .filter(([name]) => !own.includes(name))
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
