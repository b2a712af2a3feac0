import { BlockList, isIP } from 'node:net';
import type { Diagnostics } from '../../core/diagnostics.js';
import type { HttpFacts } from '../../model/http.js';
import type { HeaderReader, RemoteContext } from './propagation/format.js';

/** Whose word on the trace of a request counts: everybody's, nobody's, or that of these. */
export type Trust = boolean | readonly string[] | ((request: HttpFacts) => boolean);

/** Reads the caller's span from the headers of a request. */
export type CallerReader = (http: HttpFacts) => RemoteContext | undefined;

/** Reads the spans of callers that are trusted. */
export function trusting(
  trust: Trust,
  read: (headers: HeaderReader) => RemoteContext | undefined,
  diagnostics: Diagnostics,
): CallerReader {
  if (trust === true) return read;
  if (trust === false) return () => undefined;
  const isTrusted = typeof trust === 'function' ? guarded(trust, diagnostics) : addressIn(trust);
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

function addressIn(networks: readonly string[]): (http: HttpFacts) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const { address, prefix, family } = networkOf(network) as Network;
    list.addSubnet(address, prefix, family);
  }
  return function isKnown({ clientAddress = '' }) {
    const version = isIP(clientAddress);
    return version !== 0 && list.check(clientAddress, version === 4 ? 'ipv4' : 'ipv6');
  };
}

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Reads an address, or a network such as `10.0.0.0/8`. */
export function networkOf(text: string): Network | undefined {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const longest = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? longest : Number(bits);
  if (prefix > longest) return undefined;
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}
