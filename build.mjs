/**
 * Builds `dist`: `esm`, what tsc makes of `src`, for bundlers and for types; `cjs`, the same with all
 * that subpaths share in one file, for Node; and `import`, an ES module for each subpath that exports
 * what its CommonJS does.
 *
 * A service waits for every file it loads, as CommonJS a tenth of a millisecond and as an ES module
 * twice that. So the two hundred of `src` are put together, and Node is given CommonJS under `import`
 * as well, which makes both ways one instance, too.
 */

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative } from 'node:path/posix';
import { rolldown } from 'rolldown';

const require = createRequire(import.meta.url);
const { exports: subpaths } = JSON.parse(readFileSync('package.json', 'utf8'));
const entries = Object.values(subpaths).filter((conditions) => typeof conditions === 'object');

rmSync('dist', { recursive: true, force: true });
compile();
// Its types are CommonJS's only beside a package.json that says so.
compile(
  ...['--emitDeclarationOnly', '--outDir', 'dist/cjs', '--module', 'commonjs'],
  ...['--moduleResolution', 'bundler', '--verbatimModuleSyntax', 'false'],
);
writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');
await bundle();
for (const { import: imported, require: required } of entries) {
  writeEntry(imported.default, required.default);
}

function compile(...options) {
  execFileSync('tsc', ['-p', 'tsconfig.json', ...options], { stdio: 'inherit' });
}

async function bundle() {
  const build = await rolldown({
    input: Object.fromEntries(
      entries.map(({ module }) => [nameOf(module.default), module.default]),
    ),
    // Of valibot a dozen functions are needed, and loading it whole takes 5 ms.
    external: /^(?!valibot$)[^./]/,
    platform: 'node',
  });
  await build.write({
    dir: 'dist/cjs',
    format: 'cjs',
    exports: 'named',
    codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
    chunkFileNames: '[name].js',
    // As ES modules, what is loaded late would load more slowly, and past hooks of require.
    dynamicImportInCjs: false,
  });
  await build.close();
  copyFileSync('node_modules/valibot/LICENSE.md', 'dist/cjs/valibot.LICENSE.md');
}

function nameOf(file) {
  return file.slice('./dist/esm/'.length, -'.js'.length);
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
