import type { Part } from './lifecycle.js';
import type { ShutdownHook } from './shutdown.js';

/** Hooks as parts: the last is stopped first, and an even share of the time is each one's. */
export function hookParts(hooks: readonly ShutdownHook[]): Part[] {
  return hooks.map((hook, index) => ({
    name: `shutdown.onShutdown/${hook.name || index}`,
    // The others that come after it are before it in the list, and then there is what is sent.
    share: 1 / (index + 2),
    async stop() {
      await hook();
    },
  }));
}
