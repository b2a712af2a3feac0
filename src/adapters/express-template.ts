import type { Layer } from './express-layer.js';

/** What a layer's pattern took of a path. */
export interface LayerMatch {
  readonly path: string;
  readonly params: Readonly<Record<string, string | undefined>>;
  /** The pattern itself, where the router tells it. */
  readonly pattern: unknown;
}

/**
 * Matches a path against a layer as its router did. Up to router 2.2 the result is left on the layer,
 * where the router reads it before it calls any handler, and never again.
 */
export function matchLayer(layer: Layer, path: string): LayerMatch | undefined {
  let result: LayerMatch | boolean;
  try {
    result = layer.match(path) as LayerMatch | boolean;
  } catch {
    // What cannot be decoded does not match.
    return undefined;
  }
  if (typeof result === 'object') return result;
  if (!result) return undefined;
  return { path: layer.path ?? '', params: layer.params ?? {}, pattern: undefined };
}

/** The template of a route's own path: the one of several that matched. */
export function routeTemplate(layer: Layer, path: string): string {
  const registered = layer.route?.path;
  if (!Array.isArray(registered)) return patternText(registered);
  const match = matchLayer(layer, path);
  if (match?.pattern !== undefined) return patternText(match.pattern);
  const candidates = registered.flat(Number.POSITIVE_INFINITY).map(patternText);
  if (match === undefined) return candidates.join('|');
  const template = probe(layer, match);
  return candidates.find((candidate) => candidate === template) ?? candidates.join('|');
}

const known = new WeakMap<Layer, Set<string>>();
const MOST_TEMPLATES = 16;

/** The template of a mount: its pattern where the router kept it, otherwise found by probing. */
export function mountTemplate(layer: Layer, match: LayerMatch): string {
  if (match.pattern !== undefined) return patternText(match.pattern).replace(/\/+$/, '');
  const template = probe(layer, match);
  let templates = known.get(layer);
  if (templates === undefined) known.set(layer, (templates = new Set()));
  if (templates.size < MOST_TEMPLATES) templates.add(template);
  // A pattern without names takes ever new texts; from some point on it is named by itself.
  return templates.has(template) ? template : `/${String(layer.regexp ?? '(pattern)')}`;
}

function patternText(pattern: unknown): string {
  return String(pattern);
}

/**
 * Finds which parts of a matched path are parameters by putting something else in their place and
 * matching again: a value that happens to equal a literal part of the path is not taken for it.
 */
function probe(layer: Layer, match: LayerMatch): string {
  let path = match.path.replace(/\/+$/, '');
  const found: (Place & { name: string })[] = [];
  for (const [name, value] of Object.entries(match.params)) {
    if (value === undefined || value === '') continue;
    const place = placeOf(layer, path, name, value);
    if (place !== undefined) found.push({ ...place, name: /^\d+$/.test(name) ? '*' : `:${name}` });
  }
  for (const { at, length, name } of found.sort((a, b) => b.at - a.at)) {
    path = path.slice(0, at) + name + path.slice(at + length);
  }
  return path;
}

function placeOf(layer: Layer, path: string, name: string, value: string): Place | undefined {
  const places = [...segmentsThatMean(path, value), ...occurrencesOf(path, value)];
  return (
    places.find(({ at, length }) =>
      standIns(value).some((stand) => {
        const changed = path.slice(0, at) + encodeURIComponent(stand) + path.slice(at + length);
        return matchLayer(layer, changed)?.params[name] === stand;
      }),
    ) ?? places[0]
  );
}

/** Where in a path something stands. */
interface Place {
  readonly at: number;
  readonly length: number;
}

/** The whole segments that decode to the value, however they are encoded. */
function segmentsThatMean(path: string, value: string): Place[] {
  const places: Place[] = [];
  let at = 0;
  for (const segment of path.split('/')) {
    if (decoded(segment) === value) places.push({ at, length: segment.length });
    at += segment.length + 1;
  }
  return places;
}

function occurrencesOf(path: string, value: string): Place[] {
  const places: Place[] = [];
  for (let at = path.indexOf(value); at !== -1; at = path.indexOf(value, at + 1)) {
    places.push({ at, length: value.length });
  }
  return places;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** Texts unlike the given one that the same constraint is likely to accept. */
function standIns(text: string): string[] {
  const shifted = text
    .replace(/[0-8]/g, (digit) => String(Number(digit) + 1))
    .replace(/[a-y]/gi, (letter) => String.fromCharCode(letter.charCodeAt(0) + 1));
  const digits = text.replace(/[0-9]/g, (digit) => (digit === '9' ? '8' : '9'));
  return [shifted, digits].filter((stand) => stand !== text);
}
