/** A series as somebody keeps it. Its family does the work. */
export abstract class Series<Family> {
  protected readonly family: Family;
  protected address: number;

  constructor(family: Family, address: number) {
    this.family = family;
    this.address = address;
  }

  /** Turns to another block, when this one is given back. */
  moveTo(address: number): void {
    this.address = address;
  }
}
