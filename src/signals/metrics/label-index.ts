/** How many combinations may be kept, and who is told of each one that is folded. */
export interface SeriesLimit {
  readonly most: number;
  folded(): void;
}

/** What an exploding label's value becomes once there are too many. */
export const OTHER = '__other__';

/** Room beyond the limit, per label given up, to keep the labels that do not explode apart. */
const HEADROOM = 100;

/**
 * One value per combination of label values: a map of maps, one level per label, which costs no
 * string to look into.
 */
export class LabelIndex<T> {
  readonly #names: readonly string[];
  readonly #make: (values: readonly string[]) => T;
  /** Told when a value is deleted, by whoever keeps values of this index. */
  onDelete: (() => void) | undefined = undefined;
  readonly #all = new Map<T, readonly string[]>();
  readonly #limit: SeriesLimit | undefined;
  #root: Level<T> | T | undefined;
  #exploding: readonly number[] | undefined;

  constructor(
    names: readonly string[],
    make: (values: readonly string[]) => T,
    limit?: SeriesLimit | undefined,
  ) {
    this.#names = names;
    this.#make = make;
    this.#limit = limit;
    this.#root = names.length === 0 ? undefined : new Map();
  }

  get size(): number {
    return this.#all.size;
  }

  /** The value for these labels, made when it is new. A label that is absent counts as empty. */
  of(labels: Readonly<Record<string, string | undefined>>): T {
    const names = this.#names;
    let level = this.#root;
    for (let i = 0; i < names.length && level !== undefined; i++) {
      level = (level as Level<T>).get(labels[names[i] as string] ?? '');
    }
    return (level as T | undefined) ?? this.#add(names.map((name) => labels[name] ?? ''));
  }

  /** The value for label values given in the order of the names. */
  at(values: readonly string[]): T {
    return this.#find(values) ?? this.#add(values);
  }

  /** Counts a value that was folded before it came here. */
  tellFolded(): void {
    this.#limit?.folded();
  }

  delete(values: readonly string[]): void {
    const found = this.#find(values);
    if (found === undefined) return;
    this.#exploding = undefined;
    this.#all.delete(found);
    this.onDelete?.();
    if (values.length === 0) this.#root = undefined;
    else this.#leaf(values).delete(values.at(-1) as string);
  }

  clear(): void {
    this.#exploding = undefined;
    this.#all.clear();
    this.#root = this.#names.length === 0 ? undefined : new Map();
  }

  /** Every value with its label values, in the order in which they were made. */
  entries(): IterableIterator<[T, readonly string[]]> {
    return this.#all.entries();
  }

  #find(values: readonly string[]): T | undefined {
    let level: Level<T> | T | undefined = this.#root;
    for (let i = 0; i < values.length && level !== undefined; i++) {
      level = (level as Level<T>).get(values[i] as string);
    }
    return level as T | undefined;
  }

  #add(values: readonly string[]): T {
    if (this.#limit === undefined || this.#all.size < this.#limit.most) return this.#insert(values);
    this.#limit.folded();
    const folded = this.#fold(values, this.#limit.most);
    return this.#find(folded) ?? this.#insert(folded);
  }

  /** Gives up one label after the other, the one with the most values first, until there is room. */
  #fold(values: readonly string[], most: number): readonly string[] {
    const folded = [...values];
    let room = most;
    this.#exploding ??= this.#rankLabels();
    for (const position of this.#exploding) {
      folded[position] = OTHER;
      room += HEADROOM;
      if (this.#all.size < room || this.#find(folded) !== undefined) break;
    }
    return folded;
  }

  #rankLabels(): readonly number[] {
    const distinct = this.#names.map(() => new Set<string>());
    for (const values of this.#all.values()) {
      for (const [position, set] of distinct.entries()) set.add(values[position] as string);
    }
    const size = (position: number): number => (distinct[position] as Set<string>).size;
    return [...distinct.keys()].sort((a, b) => size(b) - size(a));
  }

  #insert(values: readonly string[]): T {
    const made = this.#make(values);
    this.#all.set(made, values);
    if (values.length === 0) this.#root = made;
    else this.#leaf(values).set(values.at(-1) as string, made);
    return made;
  }

  #leaf(values: readonly string[]): Level<T> {
    let level = this.#root as Level<T>;
    for (const value of values.slice(0, -1)) {
      let next = level.get(value) as Level<T> | undefined;
      if (next === undefined) level.set(value, (next = new Map()));
      level = next;
    }
    return level;
  }
}

type Level<T> = Map<string, Level<T> | T>;
