import type { LabelTable } from './label-table.js';
import { pairText } from './text.js';

/**
 * Gives the labels of a table's rows as they stand between the braces. Each value is escaped once,
 * and forgotten with the function: between two scrapes nobody needs the text.
 */
export function createLabelTexts(table: LabelTable): (at: number) => string {
  const { names } = table;
  const pairs = names.map((): string[] => []);

  function pairOf(at: number, label: number): string {
    const known = pairs[label] as string[];
    return (known[table.numberAt(at, label)] ??= pairText(
      names[label] as string,
      table.valueAt(at, label),
    ));
  }

  return function labelsAt(at) {
    let text = '';
    for (let label = 0; label < names.length; label++) {
      const pair = pairOf(at, label);
      if (pair !== '') text = text === '' ? pair : `${text},${pair}`;
    }
    return text;
  };
}
