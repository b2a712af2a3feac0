import { type Logger, pino } from 'pino';
import type { Fields } from '../../core/bind.js';
import { limitedErrors } from '../../core/redact.js';
import type { LineParts } from './format.js';

/** Of a line's error and bound fields, in bytes: the rest of it has no more than 1.6 kB. */
const ROOM = 6400;
const LONGEST_ERROR = 5000;
const CUT = '[cut]';

/**
 * What not every request line has, and is left to pino, so that a line stays below 8 kB.
 *
 * @param allowed leaves out what a request line cannot have.
 */
export function fieldTexts(
  logger: Logger,
  allowed: (bound: Readonly<Fields>) => Fields,
): Pick<LineParts, 'errorText' | 'boundText'> {
  const { asJsonSym, chindingsSym, endSym, errorKeySym, nestedKeySym } = pino.symbols;
  type AsJson = (fields: Fields, message: undefined, level: number, time: string) => string;
  const bare = Object.create(logger, {
    [chindingsSym]: { value: '' },
    [endSym]: { value: '' },
    [nestedKeySym]: { value: null },
  }) as Record<symbol, AsJson>;
  const asJson = (bare[asJsonSym] as AsJson).bind(bare);
  const errorKey = (logger as unknown as Record<symbol, string>)[errorKeySym] as string;
  const level = 50;
  const head = asJson({}, undefined, level, '').length;
  const textOf = (fields: Fields): string => asJson(fields, undefined, level, '').slice(head);

  /** All names that there is room for, and then as many of their values. */
  function fittingText(fields: Fields, room: number): string {
    const texts = new Map<string, string>();
    let left = room;

    function put(key: string, value: unknown): void {
      const text = textOf({ [key]: value });
      const more = Buffer.byteLength(text) - Buffer.byteLength(texts.get(key) ?? '');
      if (more > left) return;
      texts.set(key, text);
      left -= more;
    }

    for (const key of Object.keys(fields)) put(key, CUT);
    for (const key of texts.keys()) put(key, fields[key]);
    return [...texts.values()].join('');
  }

  return {
    errorText(error) {
      for (const limited of limitedErrors(error)) {
        try {
          const text = textOf({ [errorKey]: limited });
          if (Buffer.byteLength(text) <= LONGEST_ERROR) return text;
        } catch {
          // The next one holds less that cannot be written.
        }
      }
      return textOf({ [errorKey]: '[unreadable]' });
    },
    boundText(bound, errorText) {
      if (bound === undefined) return '';
      const fields = allowed(bound);
      const text = textOf(fields);
      const room = ROOM - Buffer.byteLength(errorText);
      return Buffer.byteLength(text) <= room ? text : fittingText(fields, room);
    },
  };
}
