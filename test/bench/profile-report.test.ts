import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { sumProfile } from './profile-report.mjs';

it('sums self time by package, by folder and by function, and leaves idling out', () => {
  const root = mkdtempSync(join(tmpdir(), 'telltale-profile-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'dist/cjs'), { recursive: true });
  const built = join(root, 'dist/cjs/setup.js');
  const modules = ['core/a.js', 'adapters/serve.js', 'core/b.js'];
  writeFileSync(built, modules.map((name) => `// dist/esm/${name}\nfunction f() {}`).join('\n'));
  const frame = (functionName: string, url = '', lineNumber = 0) => ({
    callFrame: { functionName, url, lineNumber },
  });
  const nodes = [
    { id: 1, ...frame('(idle)') },
    { id: 2, ...frame('(garbage collector)') },
    { id: 3, ...frame('next', 'file:///x/node_modules/router/index.js', 188) },
    { id: 4, ...frame('serve', pathToFileURL(built).href, 3) },
    { id: 5, ...frame('writeHead', 'node:_http_server', 340) },
    { id: 6, ...frame('load', 'file:///x/node_modules/@scope/pkg/a.js', 0) },
  ];
  const { byGroup, byFunction, total } = sumProfile({
    nodes,
    samples: [1, 2, 3, 4, 4, 5, 6],
    timeDeltas: [1000, 10, 20, 30, 5, 40, 50],
  });
  expect(total).toBe(155);
  expect(Object.fromEntries(byGroup)).toEqual({
    'garbage collector': 10,
    router: 20,
    'telltale adapters/': 35,
    node: 40,
    '@scope/pkg': 50,
  });
  expect(byFunction.get('serve adapters/serve.js')).toBe(35);
});
