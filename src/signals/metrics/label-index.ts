import { ABSENT, type LabelRecord, LabelTable } from './label-table.js';

/** How many combinations a metric may keep, and who is told of each one that is folded. */
export interface SeriesLimit {
  readonly most: number;
  folded(metric: string): void;
}

/** What an exploding label's value becomes once there are too many. */
export const OTHER = '__other__';

/** Room beyond the limit, per label given up, to keep the labels that do not explode apart. */
const HEADROOM = 100;

/** Whom an index serves. */
export interface IndexOwner {
  /** Fills the payload of a row that has been made at this place. */
  fill(rows: Int32Array, at: number, values: readonly string[]): void;
  /** Counts a combination that is folded. */
  tellFolded(): void;
}

/** A table of which each row is made when it is asked for, up to a limit. */
export class LabelIndex extends LabelTable {
  readonly #owner: IndexOwner;
  readonly #most: number;
  #exploding: readonly number[] | undefined;

  constructor(names: readonly string[], payload: number, owner: IndexOwner, most: number) {
    super(names, payload);
    this.#owner = owner;
    this.#most = most;
  }

  /** The row for these labels. One that is absent counts as empty, and others do not count. */
  of(labels: LabelRecord): number {
    const at = this.find(labels);
    return at === ABSENT ? this.at(this.valuesOf(labels)) : at;
  }

  /** The same, quicker, of labels that must all be of this index, or UNKNOWN. */
  ofExact(labels: LabelRecord): number {
    const at = this.findExact(labels);
    return at === ABSENT ? this.at(this.valuesOf(labels)) : at;
  }

  /** The row for label values given in the order of the names. */
  at(values: readonly string[]): number {
    const at = this.findValues(values);
    return at === ABSENT ? this.#add(values) : at;
  }

  override delete(at: number): void {
    this.#exploding = undefined;
    super.delete(at);
  }

  override clear(): void {
    this.#exploding = undefined;
    super.clear();
  }

  #add(values: readonly string[]): number {
    if (this.size < this.#most) return this.#make(values);
    this.#owner.tellFolded();
    const folded = this.#fold(values);
    const at = this.findValues(folded);
    return at === ABSENT ? this.#make(folded) : at;
  }

  #make(values: readonly string[]): number {
    const at = this.insert(values);
    this.#owner.fill(this.rows, at, values);
    return at;
  }

  /** Gives up one label after the other, the one with the most values first, until there is room. */
  #fold(values: readonly string[]): readonly string[] {
    const folded = [...values];
    let room = this.#most;
    this.#exploding ??= this.#rankLabels();
    for (const label of this.#exploding) {
      folded[label] = OTHER;
      room += HEADROOM;
      if (this.size < room || this.findValues(folded) !== ABSENT) break;
    }
    return folded;
  }

  #rankLabels(): readonly number[] {
    const distinct = this.names.map(() => new Set<number>());
    for (const at of this.living()) {
      for (const [label, numbers] of distinct.entries()) numbers.add(this.numberAt(at, label));
    }
    const size = (label: number): number => (distinct[label] as Set<number>).size;
    return [...distinct.keys()].sort((a, b) => size(b) - size(a));
  }
}
