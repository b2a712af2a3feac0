import type { FastifyLike } from './fastify-request.js';

type Hooks = Record<string, unknown[]>;

/**
 * Moves a hook before those that were added earlier, one of which may answer the request before it
 * is known by its route. Fastify has no call for this; where its insides look different, the hook
 * stays where it is, and such requests are `unmatched`.
 */
export function moveToFront(app: FastifyLike, name: string, hook: unknown): void {
  // Fastify adds hooks once it gets to it, and calls this after that.
  (app as unknown as { after(done: (error: unknown, next: () => void) => void): void }).after(
    (_error, next) => {
      for (const instance of withChildren(app)) {
        const list = valueOf<Hooks>(instance, 'fastify.hooks')?.[name];
        const at = list?.indexOf(hook) ?? -1;
        if (list !== undefined && at > 0) list.unshift(...list.splice(at, 1));
      }
      next();
    },
  );
}

function withChildren(app: object): object[] {
  const children = valueOf<object[]>(app, 'fastify.children') ?? [];
  return [app, ...children.flatMap(withChildren)];
}

function valueOf<T>(instance: object, description: string): T | undefined {
  const key = Object.getOwnPropertySymbols(instance).find(
    (symbol) => symbol.description === description,
  );
  return key === undefined ? undefined : (instance as Record<symbol, T>)[key];
}
