import { type Offer, preferred } from '../../core/accept.js';
import type { Reply } from '../../model/endpoint.js';
import { type GenericReport, genericReport } from './generic.js';
import { healthJson } from './health-json.js';
import type { Snapshot } from './snapshot.js';

/** How a report is written down. */
export type HealthFormat = 'json' | 'health+json' | 'text';

const OFFERS: readonly [Offer<HealthFormat>, ...Offer<HealthFormat>[]] = [
  { ranges: ['application/json', 'application/*', '*/*'], value: 'json' },
  { ranges: ['application/health+json', 'application/*', '*/*'], value: 'health+json' },
  { ranges: ['text/plain', 'text/*', '*/*'], value: 'text' },
];

const TYPES: Readonly<Record<HealthFormat, string>> = {
  json: 'application/json; charset=utf-8',
  'health+json': 'application/health+json',
  text: 'text/plain; charset=utf-8',
};

const known = new Map<string, HealthFormat>();
const MOST_KNOWN = 100;
const LONGEST_KNOWN = 1000;

/** The format that an `Accept` header asks for; JSON when it asks for none of them. */
export function formatOf(accept: unknown): HealthFormat {
  if (typeof accept !== 'string' || accept === '*/*') return 'json';
  let format = known.get(accept);
  if (format === undefined) {
    format = preferred(accept, OFFERS);
    if (known.size < MOST_KNOWN && accept.length <= LONGEST_KNOWN) known.set(accept, format);
  }
  return format;
}

const written = new WeakMap<Snapshot, Map<string, Reply>>();

/** The answer that shows a report, written once for all who get the same one. */
export function replyWith(snapshot: Snapshot, format: HealthFormat, details: boolean): Reply {
  const replies = written.get(snapshot) ?? new Map<string, Reply>();
  const kind = details ? `${format} with details` : format;
  let reply = replies.get(kind);
  if (reply === undefined) {
    reply = write(snapshot, format, details);
    written.set(snapshot, replies.set(kind, reply));
  }
  return reply;
}

function write(snapshot: Snapshot, format: HealthFormat, details: boolean): Reply {
  const { status } = snapshot.report;
  const body = Buffer.from(textOf(snapshot, format, details));
  return {
    status: status === 'healthy' || status === 'degraded' ? 200 : 503,
    headers: {
      'content-type': TYPES[format],
      'content-length': String(body.byteLength),
      'cache-control': 'no-store',
      vary: 'accept',
    },
    body,
  };
}

function textOf(snapshot: Snapshot, format: HealthFormat, details: boolean): string {
  const { report } = snapshot;
  if (format === 'text') return report.status === 'healthy' ? 'ok' : report.status;
  if (format === 'health+json') return `${JSON.stringify(healthJson(snapshot, details))}\n`;
  return `${JSON.stringify(details ? report : { ...report, checks: genericChecks(snapshot) })}\n`;
}

function genericChecks({ entries }: Snapshot): Record<string, GenericReport> {
  return Object.fromEntries(entries.map((entry) => [entry.name, genericReport(entry)]));
}
