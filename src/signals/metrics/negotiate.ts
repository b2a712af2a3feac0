import type { Format } from './family.js';

const OFFERS: readonly { types: readonly string[]; format: Format }[] = [
  { types: ['text/plain', 'text/*', '*/*'], format: 'text' },
  {
    types: ['application/openmetrics-text', 'application/*', '*/*'],
    format: 'openmetrics',
  },
];

/**
 * Chooses the format for an `Accept` header: the one with the higher quality, the plain text format
 * when both are equal or neither is named. RFC 9110, section 12.5.1.
 */
export function negotiate(accept: string | undefined): Format {
  if (accept === undefined) return 'text';
  let best: Format = 'text';
  let bestQuality = 0;
  for (const { types, format } of OFFERS) {
    const quality = qualityOf(types, accept);
    if (quality > bestQuality) {
      best = format;
      bestQuality = quality;
    }
  }
  return best;
}

/** The quality that a header gives to the first of these names that it mentions, otherwise 0. */
export function qualityOf(names: readonly string[], header: string): number {
  const ranges = header.split(',').map(parseRange);
  for (const name of names) {
    const matching = ranges.filter((range) => range.name === name);
    if (matching.length > 0) return Math.max(...matching.map(({ quality }) => quality));
  }
  return 0;
}

interface Range {
  name: string;
  quality: number;
}

function parseRange(text: string): Range {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { name, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}
