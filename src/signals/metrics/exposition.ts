import type { Registry } from 'prom-client';
import type { Diagnostics } from '../../core/diagnostics.js';
import { Family, type Format, type PromMetric, type SampleSink, type Series } from './family.js';
import { escapeLabel, helpText, labelText, numberText } from './text.js';

/** Media types of the formats, as Prometheus sends and expects them. */
export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/**
 * Writes every metric of a registry, telltale's and prom-client's own. Neither the registry nor a
 * metric is changed by it; a metric that fails is left out and reported.
 */
export async function writeExposition(
  registry: Registry,
  format: Format,
  diagnostics: Diagnostics,
): Promise<string> {
  const defaults = defaultLabelsOf(registry);
  const parts: string[] = [];
  for (const metric of registry.getMetricsAsArray() as unknown as ForeignMetric[]) {
    try {
      parts.push(await writeMetric(metric, format, defaults));
    } catch (error) {
      diagnostics.caught(`metrics/${metric.name}`, error);
    }
  }
  if (format === 'openmetrics') parts.push('# EOF\n');
  return parts.join('');
}

interface ForeignMetric {
  name: string;
  get(): Promise<PromMetric> | PromMetric;
}

async function writeMetric(
  metric: ForeignMetric,
  format: Format,
  defaults: Readonly<Record<string, string>>,
): Promise<string> {
  if (metric instanceof Family) return writeFamily(metric, format, defaults);
  return writeForeign(await metric.get(), format, defaults);
}

async function writeFamily(
  family: Family<Series>,
  format: Format,
  defaults: Readonly<Record<string, string>>,
): Promise<string> {
  await family.collect?.();
  const own = Object.keys(defaults).filter((name) => !family.labelNames.includes(name));
  const shared = labelText(
    own,
    own.map((name) => defaults[name] as string),
  );
  const { head, name } = heading(family.name, family.help, family.type, format);
  let text = head;
  const sink: SampleSink = (suffix, labels, value) => {
    const all = shared === '' ? labels : labels === '' ? shared : `${shared},${labels}`;
    text += `${name}${suffix}${all === '' ? '' : `{${all}}`} ${numberText(value)}\n`;
  };
  family.write(sink, format);
  return text;
}

function writeForeign(
  metric: PromMetric,
  format: Format,
  defaults: Readonly<Record<string, string>>,
): string {
  const { head, name } = heading(metric.name, metric.help, metric.type, format);
  let text = head;
  for (const sample of metric.values ?? []) {
    const labels = Object.entries({ ...defaults, ...sample.labels })
      .map(([label, value]) => `${label}="${escapeLabel(String(value))}"`)
      .join(',');
    const sampleName = sample.metricName ?? name;
    text += `${sampleName}${labels === '' ? '' : `{${labels}}`} ${numberText(sample.value)}\n`;
  }
  return text;
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

function defaultLabelsOf(registry: Registry): Record<string, string> {
  const labels = (registry as unknown as { _defaultLabels?: Record<string, unknown> })
    ._defaultLabels;
  return Object.fromEntries(
    Object.entries(labels ?? {}).map(([name, value]) => [name, String(value)]),
  );
}
