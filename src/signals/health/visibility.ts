import type { EndpointRequest } from '../../model/endpoint.js';
import type { HealthOptions } from './options.js';

/** Says whether somebody may see messages and figures. */
export type Visibility = (request: EndpointRequest) => boolean | Promise<boolean>;

/** Works out once who may. `admits` says whom the guard of the endpoints admits, if there is one. */
export function createVisibility(
  details: NonNullable<HealthOptions['details']>,
  admits: Visibility | undefined,
): Visibility {
  if (details !== 'authorized') return () => details === 'always';
  return function isAuthorized(request) {
    return isLoopback(request.remoteAddress) || (admits?.(request) ?? false);
  };
}

/** 127.0.0.0/8 and ::1, also as IPv6 sockets spell the former. */
function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(?:(?:::ffff:)?127\.[\d.]+|::1)$/i.test(address);
}
