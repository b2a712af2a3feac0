/** A sign of work that must not be interrupted. As long as it lives, the service stays. */
export interface Beacon {
  /** The work is done. Only the first call counts. */
  die(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
}

/** The beacons of one service. */
export interface Beacons {
  light(details: Readonly<Record<string, unknown>>): Beacon;
  /** Resolves when none lives, which may be at once. */
  allDead(): Promise<void>;
  /** What the living ones were lit for. */
  alive(): Readonly<Record<string, unknown>>[];
}

/** Creates the beacons of one Monitoring, of which none is lit yet. */
export function createBeacons(): Beacons {
  const living = new Map<Beacon, Readonly<Record<string, unknown>>>();
  let waiting: (() => void)[] = [];

  function settle(): void {
    if (living.size > 0) return;
    const told = waiting;
    waiting = [];
    for (const tell of told) tell();
  }

  return {
    light(details) {
      function die(): void {
        if (living.delete(beacon)) settle();
      }
      const beacon: Beacon = { die, [Symbol.dispose]: die };
      living.set(beacon, details);
      return beacon;
    },
    allDead: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        settle();
      }),
    alive: () => [...living.values()],
  };
}
