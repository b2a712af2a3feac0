/** A Markdown table; every column but the first is aligned to the right. */
export function table(heads, rows) {
  const rule = heads.map((_, i) => (i === 0 ? '---' : '---:'));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export const count = (number) => Math.round(number).toLocaleString('en-US');

export const signed = (number, digits = 1) =>
  `${number < 0 ? '−' : '+'} ${Math.abs(number).toFixed(digits)}`;

/** About three figures that mean something. */
export const figure = (number) => {
  const digits =
    Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : Math.abs(number) >= 1 ? 2 : 3;
  return number.toFixed(digits).replace('-', '−');
};
