import type { Diagnostics } from '../../core/diagnostics.js';
import { inNetworks } from '../../core/networks.js';
import type { HttpFacts } from '../../model/http.js';
import type { HeaderReader, RemoteContext } from './propagation/format.js';

/** Whose word on the trace of a request counts: everybody's, nobody's, or that of these. */
export type Trust = boolean | readonly string[] | ((request: HttpFacts) => boolean);

/** Reads the caller's span from the headers of a request. */
export type CallerReader = (http: HttpFacts) => RemoteContext | undefined;

/** Says whether the caller of a request is trusted. */
export function trustOf(trust: Trust, diagnostics: Diagnostics): (http: HttpFacts) => boolean {
  if (typeof trust === 'boolean') return () => trust;
  if (typeof trust === 'function') return guarded(trust, diagnostics);
  const isKnown = inNetworks(trust);
  return ({ peerAddress }) => isKnown(peerAddress);
}

/** Reads the spans of callers that are trusted. */
export function trusting(
  trust: Trust,
  read: (headers: HeaderReader) => RemoteContext | undefined,
  diagnostics: Diagnostics,
): CallerReader {
  if (trust === true) return read;
  if (trust === false) return () => undefined;
  const isTrusted = trustOf(trust, diagnostics);
  return function readTrusted(http) {
    const caller = read(http);
    return caller !== undefined && isTrusted(http) ? caller : undefined;
  };
}

function guarded(
  trust: (request: HttpFacts) => boolean,
  diagnostics: Diagnostics,
): (http: HttpFacts) => boolean {
  return function trusts(http) {
    try {
      return trust(http) === true;
    } catch (error) {
      diagnostics.caught('traces.trust', error);
      return false;
    }
  };
}
