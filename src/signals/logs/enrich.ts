import type { Logger } from 'pino';
import type { Fields } from '../../core/bind.js';
import { redactSecrets, standardRedactor } from '../../core/redact.js';
import { type AsJson, redactedAsJson } from './given-redaction.js';
import { type PinoSlots, slotsOf } from './pino-slots.js';
import { type FormatOptions, redactedFormat } from './redact-message.js';

/** pino's mixin, as it is called for every line. */
export type Mixin = (fields: object, level: number, logger: Logger) => object;
type Merge = (fields: Fields, mixed: Fields) => Fields;
type Slotted = Record<symbol, unknown>;

/** Fields for the lines of a logger. */
type Enricher = () => Fields;

interface Enriched {
  readonly enrichers: Set<Enricher>;
  /** The mixin and the strategy that are the user's own. */
  readonly own: { mixin(): Mixin | undefined; merge(): Merge | undefined };
  restore(): void;
}

// Of the loggers, not of any Monitoring: each is enriched once, whoever shares it.
const enriched = new WeakMap<Logger, Enriched>();

/**
 * Gives fields to every line of a logger that telltale did not make, and of its children, those that
 * exist already included: they inherit the place where pino keeps its mixin. Fields are redacted where
 * they are put together, and messages where lines are made. Returns what takes it back.
 */
export function enrich(logger: Logger, fields: Enricher): () => void {
  const slots = slotsOf(logger);
  if (slots === undefined) return () => {};
  const state = enriched.get(logger) ?? occupy(logger, slots);
  enriched.set(logger, state);
  state.enrichers.add(fields);
  return () => {
    state.enrichers.delete(fields);
    if (state.enrichers.size > 0) return;
    state.restore();
    enriched.delete(logger);
  };
}

/**
 * A logger that writes to the same place without the fields that telltale gives, for lines that name
 * theirs themselves.
 */
export function unenriched(logger: Logger): Logger {
  const slots = slotsOf(logger);
  if (slots === undefined) return logger;
  // One that adds nothing is one all the same: only then has the strategy, which redacts, its turn.
  const noFields: Mixin = () => ({});
  return Object.create(logger, {
    [slots.mixin]: { get: () => ownMixin(logger) ?? noFields },
  }) as Logger;
}

/** The mixin that is the user's own. */
export function ownMixin(logger: Logger): Mixin | undefined {
  const state = enriched.get(logger);
  if (state !== undefined) return state.own.mixin();
  const slots = slotsOf(logger);
  return slots && ((logger as unknown as Slotted)[slots.mixin] as Mixin | undefined);
}

function occupy(logger: Logger, slots: PinoSlots): Enriched {
  const enrichers = new Set<Enricher>();
  const own = {
    mixin: ownValue<Mixin>(logger, slots.mixin),
    merge: ownValue<Merge>(logger, slots.merge),
  };

  const mixin: Mixin = (fields, level, caller) => {
    const mixed: Fields = { ...own.mixin()?.(fields, level, caller) };
    for (const enricher of enrichers) {
      for (const [key, value] of Object.entries(enricher())) {
        // Who traces nothing has no ids, and takes nobody else's away.
        if (value !== undefined) mixed[key] = value;
      }
    }
    return mixed;
  };

  const merge: Merge = (fields, mixed) => {
    const all = own.merge()?.(fields, mixed) ?? Object.assign(mixed, fields);
    return enrichers.size === 0 ? all : redactSecrets(all);
  };

  const asJson = redactedAsJson(slots, ownValue<AsJson>(logger, slots.asJson) as () => AsJson);
  const format = ownValue(logger, slots.formatOptions) as () => FormatOptions;
  const undo = [
    replace(logger, slots.mixin, mixin),
    replace(logger, slots.merge, merge),
    replace(logger, slots.asJson, asJson),
    replace(logger, slots.formatOptions, redactedFormat(format, standardRedactor)),
  ];
  return {
    enrichers,
    own,
    restore() {
      for (const step of undo) step();
    },
  };
}

/** What a logger had in a slot before, be it inherited and changed meanwhile. */
function ownValue<T>(logger: Logger, slot: symbol): () => T | undefined {
  const descriptor = Object.getOwnPropertyDescriptor(logger, slot);
  if (descriptor !== undefined) return () => descriptor.value as T | undefined;
  return () => Object.getPrototypeOf(logger)[slot] as T | undefined;
}

/** Puts a value into a slot. Whoever has put theirs there since keeps it when this is undone. */
function replace(logger: Logger, slot: symbol, value: unknown): () => void {
  const slotted = logger as unknown as Slotted;
  const descriptor = Object.getOwnPropertyDescriptor(logger, slot);
  slotted[slot] = value;
  return () => {
    if (slotted[slot] !== value) return;
    if (descriptor === undefined) delete slotted[slot];
    else Object.defineProperty(logger, slot, descriptor);
  };
}
