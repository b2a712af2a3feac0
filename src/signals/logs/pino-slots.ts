import type { Logger } from 'pino';

/**
 * Where a pino logger keeps what it calls for every line. The symbols are each copy's own, so that
 * those of a logger that was made by another one are known by their names only.
 */
export interface PinoSlots {
  /** `pino.mixin`: gives fields to every line. */
  readonly mixin: symbol;
  /** `pino.mixinMergeStrategy`: puts them together with a line's own. */
  readonly merge: symbol;
  /** `pino.asJson`: makes the text of a line. */
  readonly asJson: symbol;
  /** `pino.serializers`. */
  readonly serializers: symbol;
  /** `pino.errorKey`, where there is one: else it is `err`. */
  readonly errorKey: symbol | undefined;
}

/** Finds them in any pino since 8; undefined in what is no pino. */
export function slotsOf(logger: Logger): PinoSlots | undefined {
  const mixin = slotOf(logger, 'pino.mixin');
  const merge = slotOf(logger, 'pino.mixinMergeStrategy');
  const asJson = slotOf(logger, 'pino.asJson');
  const serializers = slotOf(logger, 'pino.serializers');
  if (mixin === undefined || merge === undefined) return undefined;
  if (asJson === undefined || serializers === undefined) return undefined;
  const errorKey = slotOf(logger, 'pino.errorKey');
  return { mixin, merge, asJson, serializers, errorKey };
}

/** Finds the symbol of a description among those of a logger. */
export function slotOf(logger: object, description: string): symbol | undefined {
  for (let at: object | null = logger; at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertySymbols(at).find((key) => key.description === description);
    if (found !== undefined) return found;
  }
  return undefined;
}
