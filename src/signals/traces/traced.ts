import { trace } from '@opentelemetry/api';
import { TelltaleError } from '../../model/errors.js';
import { TELLTALE_SCOPE } from './identity.js';
import { type TraceOptions, traceWork } from './work.js';

/** Options of {@link traced}. */
export interface TracedOptions extends Pick<TraceOptions, 'kind' | 'attributes'> {
  /**
   * The span's name. Keep it low-cardinality.
   *
   * @default the names of class and method, such as 'Orders.place'
   */
  name?: string;
}

/**
 * Makes a span of every call of a method, as `monitoring.trace` does. It is a standard decorator, as
 * TypeScript 5 has them without `experimentalDecorators`, and records with whoever has registered
 * with OpenTelemetry's API.
 *
 * @throws TelltaleError when it is put on anything but a method.
 * @example
 * class Orders {
 *   \@traced()
 *   async place(order: Order) {}
 * }
 */
export function traced(options: TracedOptions = {}) {
  return function decorate<This, Args extends unknown[], Result>(
    method: (this: This, ...args: Args) => Result,
    context: ClassMethodDecoratorContext<This, (this: This, ...args: Args) => Result>,
  ): (this: This, ...args: Args) => Result {
    if (context?.kind !== 'method') {
      throw new TelltaleError(
        'TELLTALE_INVALID_OPTION',
        `@traced(): expected a method and standard decorators, got ${context?.kind ?? typeof context}`,
      );
    }
    const { name: methodName, static: isStatic } = context;
    const { name: given, ...rest } = options;

    function tracedMethod(this: This, ...args: Args): Result {
      const owner = isStatic ? this : (this as { constructor?: unknown }).constructor;
      const name = given ?? `${(owner as { name?: string })?.name}.${String(methodName)}`;
      return traceWork(trace.getTracer(TELLTALE_SCOPE.name), name, rest, () =>
        method.apply(this, args),
      );
    }
    return Object.defineProperty(tracedMethod, 'name', { value: method.name });
  };
}
