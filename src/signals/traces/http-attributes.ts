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
    'network.protocol.version': http.protocolVersion,
    'http.response.status_code': http.status,
  };
  if (methodLabel !== http.method) attributes['http.request.method_original'] = http.method;
  if (http.route !== UNMATCHED) attributes['http.route'] = http.route;
  if (http.clientAddress !== undefined) attributes['client.address'] = http.clientAddress;
  if (http.userAgent !== undefined) attributes['user_agent.original'] = http.userAgent;
  if (http.host !== undefined) Object.assign(attributes, serverOf(http.host));
  if (http.requestBytes !== undefined) attributes['http.request.body.size'] = http.requestBytes;
  if (http.responseBytes !== undefined) attributes['http.response.body.size'] = http.responseBytes;
  if (http.status >= 500) attributes['error.type'] = String(http.status);
  return attributes;
}

function serverOf(host: string): Attributes {
  const match = /^(.+?)(?::(\d{1,5}))?$/.exec(host);
  if (match === null) return {};
  const attributes: Attributes = { 'server.address': match[1] as string };
  if (match[2] !== undefined) attributes['server.port'] = Number(match[2]);
  return attributes;
}
