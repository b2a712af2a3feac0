/**
 * Ends a build: marks `dist/cjs` as CommonJS, and writes `dist/import`, an ES module for each subpath
 * that exports what the CommonJS one does.
 *
 * Node takes more than twice as long to load a file as an ES module, and a service loads a hundred
 * of ours. So Node is given CommonJS under `import` as well, and bundlers the ES modules.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative } from 'node:path/posix';

const require = createRequire(import.meta.url);
const { exports: subpaths } = JSON.parse(readFileSync('package.json', 'utf8'));

writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');
mkdirSync('dist/import');
for (const conditions of Object.values(subpaths)) {
  if (typeof conditions === 'object') {
    writeEntry(conditions.import.default, conditions.require.default);
  }
}

function writeEntry(file, commonjs) {
  const from = `'${relative(dirname(file), commonjs)}'`;
  const names = Object.keys(require(commonjs));
  const named = names.filter((name) => name !== 'default');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    `export { ${named.join(', ')} } from ${from};\n${
      names.length > named.length
        ? `import commonjs from ${from};\nexport default commonjs.default;\n`
        : ''
    }`,
  );
}
