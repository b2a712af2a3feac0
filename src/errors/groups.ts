import type { ErrorGroup } from './report.js';

/** What is known of one error that belongs to a group. */
export interface Seen {
  readonly fingerprint: string;
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly time: number;
  readonly route: string | undefined;
  readonly traceId: string | undefined;
  /** Whether that trace is recorded. */
  readonly sampled: boolean;
  readonly handled: boolean;
}

/** Errors by what they have in common. */
export interface Groups {
  /** Adds one; gives its group as it is then. */
  add(seen: Seen): ErrorGroup;
  find(fingerprint: string): ErrorGroup | undefined;
  /** The last seen first. */
  list(): readonly ErrorGroup[];
  /** How many groups had to make room. */
  forgotten(): number;
}

/** As many as a person can look at. */
export const MOST_GROUPS = 200;

/** Creates groups in memory. When there are too many, the one not seen for longest goes. */
export function createGroups(): Groups {
  // In the order in which they were last seen.
  const groups = new Map<string, { group: ErrorGroup; sampled: boolean }>();
  let forgotten = 0;

  return {
    add(seen) {
      const { fingerprint, type, message, stack, time } = seen;
      const known = groups.get(fingerprint);
      const before = known?.group;
      const route = seen.route ?? before?.route;
      const takes = seen.traceId !== undefined && (seen.sampled || known?.sampled !== true);
      const traceId = takes ? seen.traceId : before?.traceId;
      const group = Object.freeze({
        fingerprint,
        type,
        message,
        ...(stack !== undefined && { stack }),
        count: (before?.count ?? 0) + 1,
        firstSeen: before?.firstSeen ?? time,
        lastSeen: time,
        ...(route !== undefined && { route }),
        ...(traceId !== undefined && { traceId }),
        handled: seen.handled && before?.handled !== false,
      });
      groups.delete(fingerprint);
      groups.set(fingerprint, { group, sampled: seen.sampled || known?.sampled === true });
      if (groups.size > MOST_GROUPS) {
        const [eldest] = groups.keys();
        groups.delete(eldest as string);
        forgotten++;
      }
      return group;
    },
    find: (fingerprint) => groups.get(fingerprint)?.group,
    list: () => Array.from(groups.values(), ({ group }) => group).reverse(),
    forgotten: () => forgotten,
  };
}
