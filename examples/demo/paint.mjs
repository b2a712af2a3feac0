import { styleText } from 'node:util';

const coloured = process.stdout.isTTY && !process.env.NO_COLOR;

/** Styles text where somebody sees it: on a terminal, unless NO_COLOR is set. */
export function paint(style, text) {
  return coloured ? styleText(style, text) : text;
}
