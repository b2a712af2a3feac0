import { isIP } from 'node:net';
import { inNetworks } from './networks.js';

/** Which proxies in front of the service are believed: all, so many, or those of these networks. */
export type TrustProxy = boolean | number | readonly string[];

/** What is read of a request. */
interface Forwarded {
  readonly peerAddress: string | undefined;
  header(name: string): string | undefined;
}

/** Names for networks, as Express has them. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** The networks that a name stands for, or the network itself. */
export function networksNamed(text: string): readonly string[] {
  return Object.hasOwn(NAMED, text) ? (NAMED[text] as readonly string[]) : [text];
}

/** More proxies than these stand in front of nobody, and a hostile header has thousands. */
const MOST_HOPS = 32;
/** The longest entry that can be an address: one of IPv6 with a port, in quotes. */
const LONGEST_ENTRY = 256;

/**
 * Works out how the client is found behind the proxies that are trusted; undefined when none is. It
 * is the first address, from the service outwards, that is not a trusted proxy's. An entry that is no
 * address (`unknown`, `_hidden`, rubbish) ends the way: the last one that could be read counts.
 */
export function clientBehind(
  trust: TrustProxy = false,
): ((request: Forwarded) => string | undefined) | undefined {
  const trusts = trusting(trust);
  if (trusts === undefined) return undefined;
  return function clientOf(request) {
    let client = request.peerAddress;
    if (!trusts(client, 0)) return client;
    let hop = 0;
    for (const entry of entriesOf(request)) {
      const address = addressIn(entry);
      if (address === undefined) break;
      client = address;
      hop++;
      if (hop === MOST_HOPS || !trusts(client, hop)) break;
    }
    return client;
  };
}

type Trusts = (address: string | undefined, hop: number) => boolean;

function trusting(trust: TrustProxy): Trusts | undefined {
  if (trust === false || trust === 0) return undefined;
  if (trust === true) return () => true;
  if (typeof trust === 'number') return (_address, hop) => hop < trust;
  return trust.length === 0 ? undefined : inNetworks(trust.flatMap(networksNamed));
}

/** The entries of the header, the nearest proxy's first, none looked at before it is asked for. */
function* entriesOf(request: Forwarded): Generator<string> {
  const plain = request.header('x-forwarded-for');
  if (plain !== undefined) return yield* fromTheEnd(plain);
  // https://www.rfc-editor.org/rfc/rfc7239#section-4
  for (const element of fromTheEnd(request.header('forwarded') ?? '')) {
    yield isWhole(element) ? (/(?:^|;)[ \t]*for="?([^";]*)/i.exec(element)?.[1] ?? '') : '';
  }
}

/** Whether no quoted text was cut: a proxy may quote what a client has written, commas and all. */
function isWhole(element: string): boolean {
  return !element.includes('\\') && element.split('"').length % 2 === 1;
}

function* fromTheEnd(list: string): Generator<string> {
  for (let end = list.length; end >= 0; ) {
    const comma = end === 0 ? -1 : list.lastIndexOf(',', end - 1);
    yield list.slice(comma + 1, Math.min(end, comma + 1 + LONGEST_ENTRY));
    end = comma;
  }
}

/** The address of an entry, which may have a port, and brackets when it is of IPv6. */
function addressIn(entry: string): string | undefined {
  const text = entry.trim();
  if (isIP(text) !== 0) return text;
  const [, six, four] = /^(?:\[([^\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(text) ?? [];
  const address = six ?? four ?? '';
  return isIP(address) === (six === undefined ? 4 : 6) ? address : undefined;
}
