/** What {@link Column.find} answers for a value that is not there. */
export const NONE = -1;

/** So many values are found as quickly without a map, which takes as much as a few series. */
const FEW = 8;

/** The values of one label, each once, numbered in the order in which they came. */
export class Column {
  readonly values: string[] = [];
  #numbers: Map<string, number> | undefined;
  // Most labels are given more often than they change.
  #last: string | number | undefined;
  #lastNumber = NONE;

  find(value: string | number): number {
    if (value === this.#last) return this.#lastNumber;
    const number = this.#lookUp(typeof value === 'number' ? String(value) : value);
    if (number !== NONE) {
      this.#last = value;
      this.#lastNumber = number;
    }
    return number;
  }

  /** The number of a value, a new one when it is new. */
  add(value: string): number {
    const known = this.find(value);
    if (known !== NONE) return known;
    const own = intern(value);
    const number = this.values.push(own) - 1;
    if (number === FEW) this.#numbers = new Map(this.values.map((text, i) => [text, i]));
    else this.#numbers?.set(own, number);
    return number;
  }

  #lookUp(text: string): number {
    return this.#numbers === undefined
      ? this.values.indexOf(text)
      : (this.#numbers.get(text) ?? NONE);
  }
}

/** The same text without what it was joined or cut from, which would be kept along with it. */
function intern(text: string): string {
  const holder: Record<string, true> = Object.create(null);
  holder[text] = true;
  for (const key in holder) return key;
  return text;
}
