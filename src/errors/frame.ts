/** One line of a stack, as far as it is the same wherever and whenever the same code runs. */
export interface Frame {
  readonly text: string;
  /** Whether it is the application's own code, and none of a package. */
  readonly own: boolean;
}

/** `at name (place)` or `at place`; either may have parentheses of its own, as folders do. */
const LINE = /^\s*at (?:async )?(?:(.*?) \((.*)\)|(.*))$/;
const PLACE = /^(.*?):(\d+):(\d+)$/;
/** Inside Node, or code that has no file: whoever made it is the next frame. */
const NOWHERE = /^(?:node:|internal\/|native|<anonymous>|eval at )/;
/** Longer ones are no frames, and would take long to find that out of. */
const LONGEST = 2048;
const PACKAGES = 'node_modules/';
/** Of builds: `main.3f2a91bc.js`, `chunk-XK4T2QPA.mjs`. */
const HASH = /[.-](?:[\da-f]{8,}|(?=[A-Z\d]*\d)[A-Z\d]{8})(?=\.)/gi;

/** Reads a line of a stack; undefined for what is inside Node or has no place. */
export function frameOf(line: string): Frame | undefined {
  if (line.length > LONGEST) return undefined;
  const [, name = '', place, bare = ''] = LINE.exec(line) ?? [];
  const [, file = '', row = '', column = ''] = PLACE.exec(place ?? bare) ?? [];
  if (file === '' || NOWHERE.test(file)) return undefined;
  const path = steadyPath(file);
  const within = path.lastIndexOf(PACKAGES);
  if (within !== -1) return { text: `${name} ${path.slice(within)}`, own: false };
  return { text: `${name} ${path}:${row}:${column}`, own: true };
}

function steadyPath(file: string): string {
  const path = file
    .replace(/^file:\/\//, '')
    .replace(/[?#].*$/, '')
    .replaceAll('\\', '/');
  const home = `${process.cwd().replaceAll('\\', '/')}/`;
  return (path.startsWith(home) ? path.slice(home.length) : path).replace(HASH, '');
}
