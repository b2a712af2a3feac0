import type { Operation, OperationType } from './operation.js';

/** Is told when an operation starts and ends. Observers are peers and do not know each other. */
export interface Observer {
  readonly name: string;
  /**
   * Called once for each type of operation, before its first: what depends on the type alone is
   * worked out here and not on each operation. `undefined`: not interested in this type.
   */
  watch(type: OperationType): Watcher | undefined;
}

/** What one observer does for operations of one type. A throw is caught, counted and reported once. */
export interface Watcher {
  start?(operation: Operation): void;
  end?(operation: Operation): void;
}
