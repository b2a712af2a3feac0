import type { IncomingMessage, ServerResponse } from 'node:http';
import { override } from '../core/override.js';
import type { Adapter } from '../model/adapter.js';
import type { Layer } from './express-layer.js';
import { watchLayers } from './express-layers.js';
import { expressTraffic } from './express-traffic.js';
import { offerLog } from './request-log.js';
import { hearResponses } from './response-end.js';
import { serve } from './serve.js';

/** The part of an Express application that the adapter needs. */
export interface ExpressLike {
  (...args: never[]): unknown;
  use(...args: never[]): unknown;
  set(...args: never[]): unknown;
}

type Handle = (request: IncomingMessage, response: ServerResponse, next?: unknown) => unknown;

interface Application {
  handle: Handle;
  /** What its requests inherit from. */
  request?: object;
  /** Express 4 only. */
  lazyrouter?: () => void;
  _router?: { stack: Layer[] };
  /** In Express 5 reading it creates it; in Express 4 reading it throws. */
  router?: { stack: Layer[] };
}

/**
 * Express 4 and 5. The application's `handle` is overridden rather than a middleware added: it sees
 * every request wherever set-up stands, and creates no router before the application has chosen its
 * routing settings.
 */
export const expressAdapter: Adapter<ExpressLike> = {
  name: 'express',

  matches(app): app is ExpressLike {
    if (typeof app !== 'function') return false;
    const { handle, use, set } = app as Partial<ExpressLike & Application>;
    return typeof handle === 'function' && typeof use === 'function' && typeof set === 'function';
  },

  attach(app, intake) {
    const application = app as unknown as Application;
    const deaf = intake.observes ? hearResponses() : undefined;
    const withdraw = application.request && offerLog(application.request, intake.log);
    let unwatch: (() => void) | undefined;
    const restore = override(application, 'handle', (handle) => {
      return function monitoredHandle(this: Application, request, response, next) {
        // The first layer exists at the earliest now, when the application has been put together.
        if (intake.observes) unwatch ??= watchFirst(application);
        return serve(intake, request, response, () => handle.call(this, request, response, next));
      };
    });
    return () => {
      restore();
      withdraw?.();
      unwatch?.();
      deaf?.();
    };
  },

  traffic: expressTraffic,
};

function watchFirst(application: Application): (() => void) | undefined {
  const isExpress4 = typeof application.lazyrouter === 'function';
  const layer = (isExpress4 ? application._router : application.router)?.stack[0];
  return layer === undefined ? undefined : watchLayers(layer);
}
