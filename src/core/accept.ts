/** Something that can be answered, and the media ranges that ask for it, the narrowest first. */
export interface Offer<T> {
  readonly ranges: readonly string[];
  readonly value: T;
}

/**
 * Chooses what an `Accept` header asks for: the offer with the highest quality, the first one when
 * several are equal, when nothing is asked for, or nothing that is offered. RFC 9110, section 12.5.1.
 */
export function preferred<T>(
  accept: string | undefined,
  offers: readonly [Offer<T>, ...Offer<T>[]],
): T {
  let best = offers[0].value;
  if (accept === undefined) return best;
  let bestQuality = 0;
  for (const { ranges, value } of offers) {
    const quality = qualityOf(ranges, accept);
    if (quality > bestQuality) {
      best = value;
      bestQuality = quality;
    }
  }
  return best;
}

/** Characters of a header that are read: thrice what is ever sent, and not 16 kB of commas. */
const LONGEST = 1000;

/** The quality that a header gives to the first of these names that it mentions, otherwise 0. */
export function qualityOf(names: readonly string[], header: string): number {
  const ranges = header.slice(0, LONGEST).split(',').map(parseRange);
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
