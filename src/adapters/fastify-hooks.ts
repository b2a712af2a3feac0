import type { FastifyLike } from './fastify-request.js';

/**
 * Adds hooks at once and before all others. Fastify queues a hook like a plugin, among which it is
 * then listed; and a hook that was added earlier may answer a request before its route is known.
 * Where Fastify's insides look different, hooks are added as they always are.
 *
 * @throws Fastify's own error when the instance listens already.
 */
export function addHookFirst(
  app: FastifyLike,
  name: string,
  hook: (...args: never[]) => unknown,
): void {
  const impatient = Object.create(app, {
    after: {
      value(run: (error: null, done: () => void) => void) {
        run(null, () => {});
        return app;
      },
    },
  }) as FastifyLike;
  impatient.addHook(name, hook);
  for (const instance of withChildren(app)) {
    const list = innerValue<Record<string, unknown[]>>(instance, 'fastify.hooks')?.[name];
    const at = list?.indexOf(hook) ?? -1;
    if (list !== undefined && at > 0) list.unshift(...list.splice(at, 1));
  }
}

function withChildren(app: object): object[] {
  const children = innerValue<object[]>(app, 'fastify.children') ?? [];
  return [app, ...children.flatMap(withChildren)];
}

/** What Fastify keeps under a symbol that only it has, where it is called as it is today. */
export function innerValue<T>(instance: object, description: string): T | undefined {
  const key = Object.getOwnPropertySymbols(instance).find(
    (symbol) => symbol.description === description,
  );
  return key === undefined ? undefined : (instance as Record<symbol, T>)[key];
}
