import { stripVTControlCharacters, styleText } from 'node:util';
import { nest } from './nest.js';

/** A span as people are shown it. */
export interface ShownSpan {
  readonly name: string;
  /** Empty for an internal one. */
  readonly kind: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The message, which may be empty; absent when it did not fail. */
  readonly error: string | undefined;
}

const LONGEST_VALUE = 60;

/** The spans of one trace as lines of text: name, duration, kind, error, attributes. */
export function renderTree(traceId: string, spans: readonly ShownSpan[], colors: boolean): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colors ? styleText(style, text, { validateStream: false }) : text;

  function line({ name, kind, duration, error, attributes }: ShownSpan): string {
    const values = Object.entries(attributes).map(([key, value]) => `${key}=${shown(value)}`);
    const parts = [
      paint(error === undefined ? 'bold' : ['bold', 'red'], plain(name)),
      paint('cyan', `${duration < 100 ? duration.toFixed(2) : Math.round(duration)} ms`),
      kind,
      error === undefined ? '' : paint('red', `error ${cut(plain(error))}`.trim()),
      paint('dim', values.join(' ')),
    ];
    return parts.filter((part) => part !== '').join('  ');
  }

  const lines = nest(spans).map(({ span, depth, last }) => {
    if (depth === 0) return line(span);
    const stems = last.slice(1, -1).map((isLast) => (isLast ? '   ' : '│  '));
    const branch = last.at(-1) ? '└─ ' : '├─ ';
    return paint('dim', stems.join('') + branch) + line(span);
  });
  return `${paint('dim', `trace ${traceId}`)}\n${lines.join('\n')}\n\n`;
}

function shown(value: unknown): string {
  return cut(plain(Array.isArray(value) ? JSON.stringify(value) : String(value)));
}

function cut(text: string): string {
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;

/** What clients send may be in names and values, and must not move the cursor. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROL, ' ');
}
