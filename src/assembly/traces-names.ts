import type { Environment } from './environment.js';

/** What a variable names that there is none of. */
export interface UnknownNames {
  readonly variable: string;
  readonly names: readonly string[];
}

/** The names in a variable. */
export interface Names<Name extends string> {
  /** Those that are known, each once. */
  readonly known: readonly Name[];
  /** Absent where all are known. */
  readonly unknown: UnknownNames | undefined;
}

/** Reads names joined by commas from the first of the variables that has any; undefined if none has. */
export function readNames<Name extends string>(
  variables: Environment,
  all: readonly Name[],
): Names<Name> | undefined {
  for (const [variable, value = ''] of Object.entries(variables)) {
    const listed = value.split(',').map((name) => name.trim().toLowerCase());
    const names = [...new Set(listed)].filter((name) => name !== '');
    if (names.length > 0) return sort(variable, names, all);
  }
  return undefined;
}

function sort<Name extends string>(
  variable: string,
  names: readonly string[],
  all: readonly Name[],
): Names<Name> {
  const isKnown = (name: string): name is Name => all.includes(name as Name);
  const others = names.filter((name) => !isKnown(name));
  return {
    known: names.filter(isKnown),
    unknown: others.length > 0 ? { variable, names: others } : undefined,
  };
}
