import { describe } from 'vitest';

const said = new Set<string>();

function say(program: string): void {
  if (said.has(program)) return;
  said.add(program);
  const line = `SKIPPED: ${program} is not installed: run test/services/install.sh`;
  const edge = '─'.repeat(line.length + 2);
  process.stderr.write(`\n┌${edge}┐\n│ ${line} │\n└${edge}┘\n`);
}

/**
 * `describe` for tests that need a program. Where it is missing they are skipped, and a box on
 * stderr says so, once per test file.
 *
 * @param program - its name, as in the Debian package
 * @param found - its path, or whatever else is there only when the program is
 *
 * @example
 * describeWith('redis-server', findRedis())('redis check', () => { … });
 */
export function describeWith(program: string, found: unknown): ReturnType<typeof describe.skipIf> {
  const missing = found === undefined || found === null;
  if (missing) say(program);
  return describe.skipIf(missing);
}
