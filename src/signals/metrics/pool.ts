const BITS = 10;
const PAGE = 2 ** BITS;

/**
 * The numbers of all series, in pages: an array for each series would take more than its numbers.
 * A series has a block of numbers in a row, and is known by the address of the first.
 */
export class Pool {
  readonly #pages: Float64Array[] = [];
  /** The address after the last block. */
  #end = 0;
  /** The blocks that were given back, by size. */
  readonly #free = new Map<number, number[]>();

  /** The address of a block of zeros. */
  take(size: number): number {
    const free = this.#free.get(size)?.pop();
    if (free !== undefined) return free;
    const address = this.#end;
    this.#end += size;
    while (this.#end > this.#pages.length * PAGE) this.#pages.push(new Float64Array(PAGE));
    return address;
  }

  /** Takes a block back. Nobody may use its address any longer. */
  giveBack(address: number, size: number): void {
    this.zero(address, size);
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [address]);
    else free.push(address);
  }

  get(address: number): number {
    return (this.#pages[address >> BITS] as Float64Array)[address & (PAGE - 1)] as number;
  }

  set(address: number, value: number): void {
    (this.#pages[address >> BITS] as Float64Array)[address & (PAGE - 1)] = value;
  }

  add(address: number, value: number): void {
    ((this.#pages[address >> BITS] as Float64Array)[address & (PAGE - 1)] as number) += value;
  }

  zero(address: number, size: number): void {
    for (let i = 0; i < size; i++) this.set(address + i, 0);
  }
}
