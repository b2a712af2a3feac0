import type { TraceState } from '@opentelemetry/api';

const MOST_MEMBERS = 32;
const KEY = /^[a-z0-9][a-z0-9_*/@-]{0,255}$/;
// Printable ASCII without comma and equals sign, not ending with a space.
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const AROUND = /^[ \t]+|[ \t]+$/g;

/**
 * What vendors say of a trace, from a `tracestate` header. It is read when somebody asks: most
 * requests have nobody to pass it on to. One illegal member discards the whole of it, since a list
 * with a hole in it says something that nobody has said. Of two members with one key the left one,
 * which is the later, stays.
 * https://www.w3.org/TR/trace-context-2/#tracestate-header
 */
export function traceStateOf(header: string): TraceState {
  let read: ReadonlyMap<string, string> | undefined;
  const members = (): ReadonlyMap<string, string> => {
    read ??= parseMembers(header);
    return read;
  };
  return stateOf(members);
}

function stateOf(members: () => ReadonlyMap<string, string>): TraceState {
  return {
    get: (key) => members().get(key),
    set(key, value) {
      const rest = without(members(), key);
      const isLegal = KEY.test(key) && VALUE.test(value) && rest.length < MOST_MEMBERS;
      const changed = isLegal ? new Map([[key, value], ...rest]) : members();
      return stateOf(() => changed);
    },
    unset(key) {
      const rest = new Map(without(members(), key));
      return stateOf(() => rest);
    },
    serialize: () => Array.from(members(), ([key, value]) => `${key}=${value}`).join(','),
  };
}

function without(members: ReadonlyMap<string, string>, key: string): [string, string][] {
  return [...members].filter(([other]) => other !== key);
}

const NONE: ReadonlyMap<string, string> = new Map();

function parseMembers(header: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  let count = 0;
  for (const part of header.split(',')) {
    const member = part.replace(AROUND, '');
    // Empty members come from headers that were joined.
    if (member === '') continue;
    const equals = member.indexOf('=');
    const key = member.slice(0, equals);
    const value = member.slice(equals + 1);
    if (++count > MOST_MEMBERS || equals < 1 || !KEY.test(key) || !VALUE.test(value)) return NONE;
    if (!members.has(key)) members.set(key, value);
  }
  return members;
}
