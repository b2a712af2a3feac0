import { setImmediate as nextTurn } from 'node:timers/promises';

/** Collects text and lets others run in between, so that a large registry holds nobody up. */
export interface Page {
  add(text: string): void;
  /** A page of its own at this place, for what is not known yet. */
  gap(): Page;
  /** Waits for the next turn of the event loop when this one has been long enough. */
  rest(): Promise<void> | undefined;
  /** Everything added, as bytes. */
  pieces(): readonly Buffer[];
}

const CHUNK = 32 * 1024;
/** A request that arrives meanwhile waits no longer than this. */
const SHORTEST_TURN_MS = 0.1;
const LONGEST_TURN_MS = 4;
/** Of the time that everything else took: a service that is busy is still to be seen. */
const SHARE = 0.1;

/** Creates an empty page, which rests as those do that it is a part of. */
export function createPage(rest: Page['rest'] = createRest()): Page {
  const chunks: (Buffer | Page)[] = [];
  let text = '';

  function cut(): void {
    if (text !== '') chunks.push(Buffer.from(text));
    text = '';
  }

  return {
    add(more) {
      text += more;
      if (text.length > CHUNK) cut();
    },
    gap() {
      cut();
      const page = createPage(rest);
      chunks.push(page);
      return page;
    },
    rest,
    pieces() {
      cut();
      return chunks.flatMap((chunk) => (Buffer.isBuffer(chunk) ? chunk : chunk.pieces()));
    },
  };
}

function createRest(): Page['rest'] {
  let turnEnds = performance.now() + SHORTEST_TURN_MS;
  return function rest() {
    const left = performance.now();
    if (left < turnEnds) return undefined;
    return nextTurn().then(() => {
      const back = performance.now();
      turnEnds =
        back + Math.min(Math.max((back - left) * SHARE, SHORTEST_TURN_MS), LONGEST_TURN_MS);
    });
  };
}
