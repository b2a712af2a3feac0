import { pathOf } from '../core/target.js';
import type { Layer, RoutedRequest } from './express-layer.js';
import { matchLayer, mountTemplate, routeTemplate } from './express-template.js';

/** The mounts that a request has been through on its way to where it is now. */
export interface Trail {
  enterMount(layer: Layer, request: RoutedRequest): void;
  /** The whole template of a route: that of every mount on the way, and its own. */
  routeTemplate(layer: Layer, request: RoutedRequest): string;
}

interface Mount {
  /** Length of `req.baseUrl` behind this mount. */
  readonly end: number;
  /** The templates of this mount and of those around it. */
  readonly template: string;
}

/**
 * Creates an empty trail. Express tells no one when a router is left; but below a mount `req.baseUrl`
 * is at least as long as it was there, so that a shorter one shows which mounts have been left.
 */
export function createTrail(): Trail {
  const mounts: Mount[] = [];

  function leaveBelow(end: number): void {
    while (mounts.length > 0 && (mounts.at(-1) as Mount).end > end) mounts.pop();
  }

  function prefix(): string {
    return mounts.at(-1)?.template ?? '';
  }

  return {
    enterMount(layer, request) {
      if (layer.slash || layer.regexp?.fast_slash) return;
      const base = request.baseUrl ?? '';
      leaveBelow(base.length);
      // Where the mount began is where one before it ended; which one, its own pattern tells.
      const starts = [...mounts.map(({ end }) => end).reverse(), 0];
      for (const start of starts) {
        const match = matchLayer(layer, base.slice(start) || '/');
        if (match === undefined || start + match.path.length < base.length) continue;
        leaveBelow(start === base.length ? start - 1 : start);
        mounts.push({ end: base.length, template: prefix() + mountTemplate(layer, match) });
        return;
      }
    },
    routeTemplate(layer, request) {
      const base = request.baseUrl ?? '';
      leaveBelow(base.length);
      const own = routeTemplate(layer, pathOf(request.url ?? '/'));
      const template = prefix() + own;
      return template.length > 1 && own === '/' ? template.slice(0, -1) : template;
    },
  };
}
