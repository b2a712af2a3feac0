import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { render } from './bench/result/render.mjs';
import { committed, intoReadme } from './bench/save.mjs';
import { synthesize } from './bench/synthetic.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const result = JSON.parse(readFileSync(committed, 'utf8'));

describe('the benchmark in the README', () => {
  it('is what the committed result says, to the letter', () => {
    expect(intoReadme(readme, result)).toBe(readme);
  });

  it('would not be, had the result said something else', () => {
    const other = structuredClone(result);
    other.sections.requests.express.variants['telltale-all-10'].cpu = [1, 2, 3];
    expect(intoReadme(readme, other)).not.toBe(readme);
  });

  it('comes from a whole run that was not a quick one', () => {
    expect(result.quick).toBe(false);
    expect(Object.keys(result.sections)).toEqual([
      'requests',
      'memory',
      'startup',
      'probe',
      'handles',
      'growth',
      'exposition',
    ]);
    expect(Object.keys(result.sections.requests)).toEqual(['express', 'fastify', 'node']);
  });

  it('says when, where and with what', () => {
    expect(render(synthesize())).toContain(
      'Measured on 2025-01-02 with Node v20.19.0 on 2 × A CPU, 4 GB, Linux 6',
    );
  });

  it('needs its place to be marked', () => {
    expect(() => intoReadme('no place', result)).toThrow('bench:begin');
  });
});
