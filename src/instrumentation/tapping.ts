import type { Operations } from '../core/operations.js';

/** One Monitoring that watches something. */
export interface Watcher {
  /** By these it is told from others. */
  readonly operations: Operations;
}

/** What is done to an object while somebody watches it. */
export interface Tap<W extends Watcher> {
  /** Somebody watches no more. */
  left?(watcher: W): void;
  /** Nobody does: the object is to be as it was. */
  undo(): void;
}

/**
 * Taps objects once, however many Monitorings watch them, and each of these once, however often it
 * was told to.
 *
 * @param tap overrides what has to be overridden, and tells whoever is in the list at the time.
 * @returns what lets one more Monitoring watch an object, and returns what ends that.
 */
export function createTapping<Target extends object, W extends Watcher>(
  tap: (target: Target, watchers: readonly W[]) => Tap<W>,
): (target: Target, watcher: W) => (() => void) | undefined {
  const tapped = new WeakMap<Target, { watchers: W[]; tap: Tap<W> }>();

  function begin(target: Target) {
    const watchers: W[] = [];
    const entry = { watchers, tap: tap(target, watchers) };
    tapped.set(target, entry);
    return entry;
  }

  return function watch(target, watcher) {
    const { watchers, tap } = tapped.get(target) ?? begin(target);
    if (watchers.some(({ operations }) => operations === watcher.operations)) return undefined;
    watchers.push(watcher);
    return function leave() {
      const at = watchers.indexOf(watcher);
      if (at === -1) return;
      watchers.splice(at, 1);
      tap.left?.(watcher);
      if (watchers.length > 0) return;
      tapped.delete(target);
      tap.undo();
    };
  };
}
