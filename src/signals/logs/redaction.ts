import {
  type ChildLoggerOptions,
  type Logger,
  type LoggerOptions,
  stdSerializers,
  symbols,
} from 'pino';
import { createRedactor, type Redactor } from '../../core/redact.js';
import { isErrorOrCopy } from '../../core/redact-error.js';
import { type FormatOptions, redactedFormat, redactMessage } from './redact-message.js';
import { mapSerializers, plainSerializer, type Serialize, safeSerializer } from './serializers.js';

/** What is hidden in lines beside what always is; `false`: nothing at all. */
export type Redaction = readonly (string | RegExp)[] | false;

/** Takes secrets out of the lines of one logger and its children. */
export interface LineRedaction {
  /** Whether a line's field of this name is hidden by what the user has named. */
  hides(key: string): boolean;
  /** What of it are paths in pino's notation. */
  readonly paths: readonly string[];
  /** A serializer that is given clean errors, and whose result is clean. */
  serializer(serialize: Serialize): Serialize;
  /**
   * Settings of the logger, with redaction in them.
   *
   * @param first adds to the fields of lines, and is looked at; `formatters.log` is for its results.
   */
  settings<Settings extends LoggerOptions>(settings: Settings, first?: Format): Settings;
  /** Sees to what children of the logger are given. */
  watch(logger: Logger): void;
}

type Fields = Record<string, unknown>;
type Format = (fields: object) => object;
type Formats = Readonly<Record<'format' | 'first', Format | undefined>>;
type MakeChild = (this: Logger, bindings: Fields, options?: ChildLoggerOptions) => Logger;

/** In pino's notation, what is more than the name of a key. */
const PATH = /[.[\]*"'`]/;

/** Creates the redaction of one logger. */
export function createLineRedaction(redact: Redaction = []): LineRedaction {
  if (redact === false) return noRedaction();
  const paths = redact.filter((one) => typeof one === 'string' && PATH.test(one)) as string[];
  const redactor = createRedactor(redact.filter((one) => !paths.includes(one as string)));
  const message = createMessageRedaction(redactor);
  /** What the fields of lines are formatted with, by what has taken its place. */
  const formats = new WeakMap<Format, Formats>();
  const safe = new WeakSet<Serialize>();
  let errorKey = 'err';

  function formatter(serializers: Fields, format?: Format, first?: Format): Format {
    function log(fields: object): object {
      // For pino a formatter that gives nothing gives no fields.
      const all = first === undefined ? fields : (first(fields) ?? {});
      const clean = redactor.fields(all as Fields, serializers);
      message.expect(isErrorOrCopy(clean[errorKey]));
      return format === undefined ? clean : format(clean);
    }
    formats.set(log, { format, first });
    return log;
  }

  function safely(serialize: Serialize): Serialize {
    if (safe.has(serialize)) return serialize;
    const result = safeSerializer(serialize, redactor);
    safe.add(result);
    return result;
  }

  /** A child's own serializers and formatters take the place of ours. */
  function childOptions(parent: Logger, options: ChildLoggerOptions): ChildLoggerOptions {
    const { serializers, formatters } = options;
    if (serializers === undefined && formatters?.log === undefined) return options;
    const own = mapSerializers(serializers ?? {}, safely);
    const inherited = stateOf(parent, symbols.serializersSym) as Fields;
    const { log } = stateOf(parent, symbols.formattersSym) as { log: Format };
    const { format, first: before } = formats.get(log) as Formats;
    const first = (formatters?.log as Format | undefined) ?? before;
    return {
      ...options,
      ...(serializers && { serializers: own }),
      formatters: { ...formatters, log: formatter({ ...inherited, ...own }, format, first) },
    };
  }

  return {
    hides: redactor.isSecret,
    paths,
    serializer: safely,
    settings(settings, first) {
      const { messageKey = 'msg', formatters } = settings;
      errorKey = settings.errorKey ?? errorKey;
      const given = { err: stdSerializers.err, ...settings.serializers };
      const serializers = mapSerializers(given, safely);
      serializers[messageKey] = message.serialize(serializers[messageKey]);
      safe.add(serializers[messageKey]);
      return {
        ...settings,
        serializers,
        formatters: {
          ...formatters,
          bindings(bindings) {
            const named =
              formatters?.bindings === undefined ? bindings : formatters.bindings(bindings);
            // pino takes nothing for no bindings.
            return redactor.fields((named ?? {}) as Fields, serializers);
          },
          log: formatter(serializers, formatters?.log as Format | undefined, first),
        },
      };
    },
    watch(logger) {
      const { setBindings } = logger;
      const child = logger.child as unknown as MakeChild;
      const redactedChild: MakeChild = function (bindings, options) {
        const given = options && childOptions(this, options);
        const made = child.call(this, cleanBindings(this, bindings, given?.serializers), given);
        if (Object.hasOwn(made, symbols.formatOptsSym)) cleanArguments(made);
        return made;
      };
      cleanArguments(logger);
      logger.child = redactedChild as unknown as typeof logger.child;
      logger.setBindings = function setRedactedBindings(bindings) {
        setBindings.call(this, cleanBindings(this, bindings));
      };
    },
  };

  function cleanArguments(logger: object): void {
    const own = stateOf(logger, symbols.formatOptsSym) as FormatOptions;
    Object.assign(logger, { [symbols.formatOptsSym]: redactedFormat(() => own, redactor) });
  }

  function cleanBindings(logger: object, bindings: Fields, more?: object): Fields {
    if (bindings === null || typeof bindings !== 'object') return bindings;
    const serialized = stateOf(logger, symbols.serializersSym) as Fields;
    return redactor.fields(bindings, more === undefined ? serialized : { ...serialized, ...more });
  }
}

function noRedaction(): LineRedaction {
  return {
    hides: () => false,
    paths: [],
    serializer: plainSerializer,
    settings(settings, first) {
      const serializers = mapSerializers(settings.serializers ?? {}, plainSerializer);
      const format = settings.formatters?.log as Format | undefined;
      const log = (fields: object) => {
        const all = first?.(fields) ?? fields;
        return format?.(all) ?? all;
      };
      const formatters =
        first === undefined ? settings.formatters : { ...settings.formatters, log };
      return { ...settings, serializers, formatters };
    },
    watch() {},
  };
}

function createMessageRedaction(redactor: Redactor) {
  let ofError = false;
  return {
    /** Says of the line that is being made whether it tells of an error. */
    expect(error: boolean): void {
      ofError = error;
    },
    serialize(given: Serialize | undefined): Serialize {
      return function serializeMessage(value) {
        return redactMessage(given === undefined ? value : given(value), ofError, redactor);
      };
    },
  };
}

function stateOf(logger: object, symbol: symbol): unknown {
  return (logger as Record<symbol, unknown>)[symbol];
}
