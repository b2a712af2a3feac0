import type { Attributes } from '@opentelemetry/api';
import { type HttpFacts, UNMATCHED } from '../../model/http.js';

/**
 * The attributes of a server span.
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
 */
export function httpAttributes(http: HttpFacts, methodLabel: string): Attributes {
  const attributes: Attributes = {
    'http.request.method': methodLabel,
    'url.path': http.path,
    'url.scheme': http.scheme,
    // Node says 2.0, and the convention 2.
    'network.protocol.version': http.protocolVersion === '2.0' ? '2' : http.protocolVersion,
    'http.response.status_code': http.status,
  };
  if (methodLabel !== http.method) attributes['http.request.method_original'] = http.method;
  if (http.route !== UNMATCHED) attributes['http.route'] = http.route;
  const { clientAddress, peerAddress } = http;
  if (clientAddress !== undefined) attributes['client.address'] = clientAddress;
  if (peerAddress !== clientAddress && peerAddress !== undefined) {
    attributes['network.peer.address'] = peerAddress;
  }
  if (http.userAgent !== undefined) attributes['user_agent.original'] = http.userAgent;
  const { address, port } = serverOf(http.host);
  if (address !== undefined) attributes['server.address'] = address;
  if (port !== undefined) attributes['server.port'] = port;
  if (http.requestBytes !== undefined) attributes['http.request.body.size'] = http.requestBytes;
  if (http.responseBytes !== undefined) attributes['http.response.body.size'] = http.responseBytes;
  if (http.status >= 500) attributes['error.type'] = String(http.status);
  return attributes;
}

interface Server {
  address?: string;
  port?: number;
}

let lastHost: string | undefined;
let lastServer: Server = {};

/** Nearly every request names the same host. */
function serverOf(host: string | undefined): Server {
  if (host !== lastHost) {
    lastServer = host === undefined ? {} : parseHost(host);
    lastHost = host;
  }
  return lastServer;
}

/** A name or an address, that of IPv6 in brackets, and maybe a port. */
function parseHost(host: string): Server {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(host);
  const address = match?.[1] ?? match?.[2];
  if (address === undefined) return {};
  const port = Number(match?.[3]);
  return port <= LAST_PORT ? { address, port } : { address };
}

const LAST_PORT = 65535;
