import type { Logger } from 'pino';
import { durationOf } from '../../core/duration.js';
import { routeTest } from '../../core/route-pattern.js';
import type { HttpFacts } from '../../model/http.js';
import { type LevelRaise, type LevelRaiseOptions, validateRaise } from './level-raise.js';
import { slotOf } from './pino-slots.js';

/** What raises the level of one logger and its children for a while. */
export interface Raises {
  raise(options: LevelRaiseOptions): LevelRaise;
  /** Whether a line of this level is written although the logger's level says no. */
  allows(level: number, request: HttpFacts | undefined): boolean;
  endAll(): void;
}

interface ActiveRaise {
  /** The levels that it has written. */
  readonly levels: ReadonlySet<number>;
  /** Undefined: everywhere. */
  readonly fits: ((http: HttpFacts) => boolean) | undefined;
}

// Of the loggers, not of any Monitoring: the methods of each are replaced once, whoever shares it.
const shared = new WeakMap<Logger, Pick<Raises, 'raise' | 'allows'>>();

type Write = (this: Logger, ...line: unknown[]) => void;
/** A logger as what pino makes of it: a method for each of its levels, and state by symbols. */
type Members = Record<string | symbol, unknown>;

/**
 * Creates the raises of one logger, of which none is active yet. Then the logger is as pino made it.
 * While one is, methods of levels that are off ask first whether the line is of a request that it is
 * for; children find them by their prototype, and are given their own when they have their own level.
 *
 * @param request tells of the request in which a line is written.
 */
export function createRaises(logger: Logger, request: () => HttpFacts | undefined): Raises {
  const all = shared.get(logger) ?? createShared(logger, request);
  shared.set(logger, all);
  const own = new Set<LevelRaise>();
  return {
    allows: all.allows,
    raise(options) {
      const one = all.raise(options);
      own.add(one);
      return one;
    },
    endAll() {
      for (const one of own) one.end();
    },
  };
}

function createShared(logger: Logger, request: () => HttpFacts | undefined) {
  const members = logger as unknown as Members;
  const { values } = logger.levels;
  const open = openLogger(logger);
  const methods = open as unknown as Record<string, Write>;
  const gates = new Map(Object.keys(values).map((name) => [name, gateOf(name)]));
  const active = new Set<ActiveRaise>();
  let restore: (() => void) | undefined;

  function allows(level: number, of: HttpFacts | undefined): boolean {
    for (const { levels, fits } of active) {
      if (levels.has(level) && (fits === undefined || (of !== undefined && fits(of)))) return true;
    }
    return false;
  }

  function gateOf(name: string): Write {
    const level = values[name] as number;
    const write = methods[name] as Write;
    return function writeWhereRaised(...line) {
      if (active.size > 0 && allows(level, request())) write.apply(this, line);
    };
  }

  /** Puts gates where the logger's own level is off, and takes away those that nobody needs. */
  function setGates(one: Members): void {
    for (const [name, gate] of gates) {
      const level = values[name] as number;
      const isWanted = [...active].some(({ levels }) => levels.has(level));
      if (one[name] === logger.silent && isWanted) one[name] = gate;
      else if (one[name] === gate && !isWanted) one[name] = logger.silent;
    }
  }

  function override(): () => void {
    const slot = slotOf(logger, 'pino.setLevel') ?? Symbol();
    const setLevel = members[slot] as (level: unknown) => void;
    const { isLevelEnabled } = logger;
    return overriding(members, {
      [slot](this: Members, level: unknown) {
        setLevel.call(this, level);
        setGates(this);
      },
      isLevelEnabled(this: Logger, name: string) {
        if (isLevelEnabled.call(this, name)) return true;
        const isGated = (this as unknown as Members)[name] === gates.get(name);
        return isGated && allows(values[name] as number, request());
      },
    });
  }

  function raise(options: LevelRaiseOptions): LevelRaise {
    validateRaise(options, logger);
    const milliseconds = durationOf(options.for);
    const { route } = options;
    const one: ActiveRaise = {
      levels: levelsFrom(options.level),
      fits: route === undefined ? undefined : routeTest(route),
    };
    const timer = setTimeout(end, milliseconds).unref();
    active.add(one);
    restore ??= override();
    setGates(members);
    return {
      until: new Date(Date.now() + milliseconds),
      end,
      [Symbol.dispose]: end,
    };

    function end(): void {
      clearTimeout(timer);
      active.delete(one);
      setGates(members);
      if (active.size > 0) return;
      restore?.();
      restore = undefined;
    }
  }

  function levelsFrom(name: string): ReadonlySet<number> {
    const probe = quiet(logger);
    probe.level = name;
    const enabled = Object.keys(values).filter((other) => probe.isLevelEnabled(other));
    return new Set(enabled.map((other) => values[other] as number));
  }

  return {
    raise,
    allows,
  };
}

/** Somebody who has the logger's members and changes none of them, not even by an event. */
function quiet(logger: Logger): Logger {
  return Object.create(logger, { emit: { value: () => false } });
}

/** Somebody who writes as the logger does, at every level. */
export function openLogger(logger: Logger): Logger {
  const open = quiet(logger);
  const on = (name: string): number => {
    open.level = name;
    return Object.keys(logger.levels.values).filter((one) => open.isLevelEnabled(one)).length;
  };
  const names = Object.keys(logger.levels.values).map((name) => ({ name, on: on(name) }));
  open.level = names.reduce((most, one) => (one.on > most.on ? one : most)).name;
  return open;
}

/** Gives an object members of its own in place of others; returns what takes them back. */
function overriding(target: Members, own: Members): () => void {
  const before = Reflect.ownKeys(own).map((key) => ({
    key,
    descriptor: Object.getOwnPropertyDescriptor(target, key),
  }));
  Object.assign(target, own);
  return function takeBack() {
    for (const { key, descriptor } of before) {
      if (descriptor === undefined) delete target[key];
      else Object.defineProperty(target, key, descriptor);
    }
  };
}
