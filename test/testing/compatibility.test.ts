import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { adapterContract } from '../../src/testing/adapter-contract.js';
import { SUBJECTS } from './subjects.js';

const readme = readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8');

/** The table of the README, as the contract itself counts. */
function table(): string {
  const rows = Object.values(SUBJECTS).map((subject) => {
    const kept = adapterContract(subject).length;
    const exceptions = Object.entries(subject.exceptions ?? {});
    const reasons = exceptions.map(([name, reason]) => `“${name}”: ${reason}`).join('; ');
    return `| ${subject.name} | ${kept} of ${kept + exceptions.length} | ${reasons || 'none'} |`;
  });
  return ['| adapter | cases kept | exceptions |', '|---|---|---|', ...rows].join('\n');
}

describe('the compatibility table', () => {
  it('says what the contract says', () => {
    expect(readme).toContain(table());
  });
});
