/** Escapes a label value for both exposition formats. */
export function escapeLabel(value: string): string {
  return SPECIAL.test(value) ? value.toWellFormed().replace(SPECIAL_ALL, escapeOne) : value;
}

// Lone surrogates are matched too, so that the text is always valid UTF-8.
const SPECIAL = /[\\"\n]|\p{Surrogate}/u;
const SPECIAL_ALL = /[\\"\n]/g;

function escapeOne(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

/** One label as it stands between the braces; an empty value is the same as no label. */
export function pairText(name: string, value: string): string {
  return value === '' ? '' : `${name}="${escapeLabel(value)}"`;
}

/** A sample value as both formats spell it. */
export function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/** Help text is one line in which backslash and newline are escaped. */
export function helpText(help: string): string {
  return help.toWellFormed().replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}

/**
 * A bucket bound as Go prints a float, which OpenMetrics asks for so that one bound has one
 * spelling: `1.0`, `0.005`, `1e+06`.
 */
export function boundText(bound: number): string {
  if (bound === Number.POSITIVE_INFINITY) return '+Inf';
  if (Math.abs(bound) >= 1e6 || (bound !== 0 && Math.abs(bound) < 1e-4)) {
    const [mantissa, exponent] = bound.toExponential().split('e') as [string, string];
    return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  }
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}
