import type { Observer } from '../model/observer.js';
import type { Operation } from '../model/operation.js';

/**
 * Watches for operations that fail, be it that `undefined` was thrown. Of requests those do that end
 * with 5xx and of which the framework or the application told the error; clients that ask for the
 * wrong thing are none.
 */
export function createErrorsObserver(
  failed: (operation: Operation, kind: 'request' | 'operation') => void,
): Observer {
  return {
    name: 'errors',
    watch(type) {
      const kind = type.kind === 'server' ? 'request' : 'operation';
      return {
        end(operation) {
          if (operation.outcome !== 'error') return;
          if (kind === 'operation' || operation.error !== undefined) failed(operation, kind);
        },
      };
    },
  };
}
