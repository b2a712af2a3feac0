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
  /** `pino.formatOpts`: puts values into messages. */
  readonly formatOptions: symbol;
  /** `pino.errorKey`, where there is one: else it is `err`. */
  readonly errorKey: symbol | undefined;
}

/** Finds them in any pino since 8; undefined in what is no pino. */
export function slotsOf(logger: Logger): PinoSlots | undefined {
  const slots = {
    mixin: slotOf(logger, 'pino.mixin'),
    merge: slotOf(logger, 'pino.mixinMergeStrategy'),
    asJson: slotOf(logger, 'pino.asJson'),
    serializers: slotOf(logger, 'pino.serializers'),
    formatOptions: slotOf(logger, 'pino.formatOpts'),
  };
  if (Object.values(slots).includes(undefined)) return undefined;
  return { ...slots, errorKey: slotOf(logger, 'pino.errorKey') } as PinoSlots;
}

/** Finds the symbol of a description among those of a logger. */
export function slotOf(logger: object, description: string): symbol | undefined {
  for (let at: object | null = logger; at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertySymbols(at).find((key) => key.description === description);
    if (found !== undefined) return found;
  }
  return undefined;
}
