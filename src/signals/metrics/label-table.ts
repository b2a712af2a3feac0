import { Column, NONE } from './column.js';

/** What the look-ups answer when there is no such row. */
export const ABSENT = -1;
/** What {@link LabelTable.findExact} answers when there is a label too many. */
export const UNKNOWN = -2;

/** Label values by name. */
export type LabelRecord = Readonly<Record<string, string | number | undefined>>;

/**
 * Rows of integers that are found by label values.
 *
 *     columns   method    route           status
 *               0 GET     0 /things/:id   0 200      each value once, numbered as they came
 *               1 POST    1 /orders       1 404
 *
 *     rows      70 0 0 0 | 71 1 0 1 | 72 0 1 0       payload, then the number of each label's value;
 *                                                    in the order in which the rows were made
 *     slots     0 9 0 0 1 5 0 0                      where a row begins, plus 1, at the hash of these
 *                                                    numbers, or at the next that was free
 *
 * A value is kept once for all rows that have it, and a row is a few bytes. Deleted rows stay,
 * marked, until they outnumber the others; then the table is packed.
 */
export class LabelTable {
  readonly names: readonly string[];
  /** The payload of a row is at what the look-ups answer, and after it. */
  rows = NO_INTEGERS;
  size = 0;
  readonly #payload: number;
  readonly #width: number;
  #columns: readonly Column[];
  #slots = NO_INTEGERS;
  /** How much of `rows` is in use. */
  #end = 0;
  #readers = 0;

  constructor(names: readonly string[], payload: number) {
    this.names = names;
    this.#payload = payload;
    this.#width = payload + names.length;
    this.#columns = names.map(() => new Column());
  }

  /** The row of these labels. One that is absent counts as empty, and others do not count. */
  find(labels: LabelRecord): number {
    const { names } = this;
    for (let i = 0; i < names.length; i++) {
      const number = (this.#columns[i] as Column).find(labels[names[i] as string] ?? '');
      if (number === NONE) return ABSENT;
      sought[i] = number;
    }
    return this.#probe();
  }

  /** The same of labels that must all be of this table, which is quicker. */
  findExact(labels: LabelRecord): number {
    const { names } = this;
    for (let i = 0; i < names.length; i++) sought[i] = NONE;
    let next = 0;
    let absent = false;
    for (const name in labels) {
      const i = name === names[next] ? next : names.indexOf(name);
      if (i === -1) return UNKNOWN;
      sought[i] = (this.#columns[i] as Column).find(labels[name] ?? '');
      if (sought[i] === NONE) absent = true;
      next = i + 1;
    }
    for (let i = 0; i < names.length && !absent; i++) {
      if (sought[i] !== NONE) continue;
      sought[i] = (this.#columns[i] as Column).find(labels[names[i] as string] ?? '');
      if (sought[i] === NONE) absent = true;
    }
    return absent ? ABSENT : this.#probe();
  }

  /** The row of label values in the order of the names. */
  findValues(values: readonly string[]): number {
    for (let i = 0; i < this.names.length; i++) {
      const number = (this.#columns[i] as Column).find(values[i] as string);
      if (number === NONE) return ABSENT;
      sought[i] = number;
    }
    return this.#probe();
  }

  /** Makes the row of label values that have none. Its payload is left to the caller. */
  insert(values: readonly string[]): number {
    const at = this.#end;
    this.#end += this.#width;
    if (this.#end > this.rows.length) {
      const longer = new Int32Array(Math.ceil((this.#end / this.#width) * 1.5) * this.#width);
      longer.set(this.rows);
      this.rows = longer;
    }
    this.size++;
    this.#columns.forEach((column, i) => {
      this.rows[at + this.#payload + i] = column.add(values[i] as string);
    });
    if (this.#end / this.#width > this.#slots.length * FULL) this.#hashAll();
    else this.#hash(at);
    return at;
  }

  delete(at: number): void {
    if (this.names.length === 0) return this.clear();
    this.size--;
    this.rows[at + this.#payload] = NONE;
    const deleted = this.#end / this.#width - this.size;
    if (deleted > this.size + SPARE && this.#readers === 0) this.#pack();
  }

  clear(): void {
    this.size = 0;
    this.#end = 0;
    this.rows = NO_INTEGERS;
    this.#slots = NO_INTEGERS;
    this.#columns = this.names.map(() => new Column());
  }

  /** Each row, in the order in which they were made. None moves until the loop is left. */
  *living(): Generator<number, void, void> {
    this.#readers++;
    try {
      for (let at = 0; at < this.#end; at += this.#width) {
        if (this.rows[at + this.#payload] !== NONE) yield at;
      }
    } finally {
      this.#readers--;
    }
  }

  /** The number of a label's value among the values of that label. */
  numberAt(at: number, label: number): number {
    return this.rows[at + this.#payload + label] as number;
  }

  valueAt(at: number, label: number): string {
    return (this.#columns[label] as Column).values[this.numberAt(at, label)] as string;
  }

  /** The values of these labels in the order of the names. */
  valuesOf(labels: LabelRecord): string[] {
    return this.names.map((name) => {
      const value: unknown = labels[name];
      // Every object has a `constructor`, which may be a label's name and left out.
      return typeof value === 'function' ? '' : String(value ?? '');
    });
  }

  valuesAt(at: number): string[] {
    return this.names.map((_, label) => this.valueAt(at, label));
  }

  #probe(): number {
    const { rows, names } = this;
    const slots = this.#slots;
    // Without labels there are no slots, and one row or none.
    if (slots.length === 0) return this.size - 1;
    let hash = 0;
    for (let i = 0; i < names.length; i++) hash = mix(hash, sought[i] as number);
    const mask = slots.length - 1;
    next: for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const at = (slots[slot] as number) - 1;
      if (at < 0) return ABSENT;
      const first = at + this.#payload;
      for (let i = 0; i < names.length; i++) if (rows[first + i] !== sought[i]) continue next;
      return at;
    }
  }

  #hash(at: number): void {
    const slots = this.#slots;
    let hash = 0;
    for (let i = 0; i < this.names.length; i++) hash = mix(hash, this.numberAt(at, i));
    const mask = slots.length - 1;
    let slot = spread(hash) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = at + 1;
  }

  #hashAll(): void {
    if (this.names.length === 0) return;
    let length = 4;
    while (this.#end / this.#width > length * FULL) length *= 2;
    this.#slots = new Int32Array(length);
    for (const at of this.living()) this.#hash(at);
  }

  #pack(): void {
    const before = this.#columns;
    this.#columns = this.names.map(() => new Column());
    let end = 0;
    for (const at of this.living()) {
      this.rows.copyWithin(end, at, at + this.#width);
      this.#columns.forEach((column, i) => {
        const { values } = before[i] as Column;
        const label = end + this.#payload + i;
        this.rows[label] = column.add(values[this.rows[label] as number] as string);
      });
      end += this.#width;
    }
    this.rows = this.rows.slice(0, end);
    this.#end = end;
    this.#hashAll();
  }
}

const NO_INTEGERS = new Int32Array(0);
/** So much of the slots may be taken. */
const FULL = 0.75;
/** So many deleted rows are not worth packing for. */
const SPARE = 16;

/** The numbers that are looked for: one list for all tables, as no look-up waits for anything. */
const sought: number[] = [];

const mix = (hash: number, number: number): number => Math.imul(hash ^ number, 0x9e3779b1);
const spread = (hash: number): number => hash ^ (hash >>> 15);
