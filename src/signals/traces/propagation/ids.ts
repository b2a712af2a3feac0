import { isSpanContextValid } from '@opentelemetry/api';
import type { RemoteContext } from './format.js';

/** A trace id in full length: older tracers have ids of 64 bits, and leave zeros away. */
export function traceIdOf(id: string): string {
  return id.padStart(32, '0');
}

/** The context, unless its ids are none. */
export function validContext(context: RemoteContext): RemoteContext | undefined {
  return isSpanContextValid(context) ? context : undefined;
}
