import { once } from 'node:events';
import { load } from './load.mjs';

/** pino's asynchronous destination with a buffer; `close` writes what is left in it. */
export function openLog(file) {
  const destination = load('pino').destination({ dest: file, sync: false, minLength: 8192 });
  return {
    destination,
    async close() {
      destination.end();
      await once(destination, 'close');
    },
  };
}

/** Nothing but what a reader of the line looks for, instead of every header. */
export const serializers = {
  req: ({ id, method, url }) => ({ id, method, url }),
  res: ({ statusCode }) => ({ statusCode }),
};

/** pino-http with these serializers taking Node's own objects. */
export const createHttpLogger = (destination) =>
  load('pino-http')({ serializers, wrapSerializers: false }, destination);
