import type { Format } from './family.js';

const OFFERS: readonly { type: string; format: Format }[] = [
  { type: 'text/plain', format: 'text' },
  { type: 'application/openmetrics-text', format: 'openmetrics' },
];

/**
 * Chooses the format for an `Accept` header: the one with the higher quality, the plain text format
 * when both are equal or neither is named. RFC 9110, section 12.5.1.
 */
export function negotiate(accept: string | undefined): Format {
  if (accept === undefined) return 'text';
  const ranges = accept.split(',').map(parseRange);
  let best: Format = 'text';
  let bestQuality = 0;
  for (const { type, format } of OFFERS) {
    const quality = qualityOf(type, ranges);
    if (quality > bestQuality) {
      best = format;
      bestQuality = quality;
    }
  }
  return best;
}

interface Range {
  type: string;
  quality: number;
}

function parseRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** Of the ranges that name the type most exactly, the best quality. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  for (const name of [type, `${type.split('/')[0]}/*`, '*/*']) {
    const matching = ranges.filter((range) => range.type === name);
    if (matching.length > 0) return Math.max(...matching.map((range) => range.quality));
  }
  return 0;
}
