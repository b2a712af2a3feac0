import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandOptions, type Printed, run } from './command.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));
const NETWORK_MS = 120_000;

/** The ways in which a package of today is compiled: what is loaded as what, and named how. */
const COMPILERS = {
  'nodenext, ES modules': { options: { module: 'nodenext' }, ending: '.mts' },
  'nodenext, CommonJS': { options: { module: 'nodenext' }, ending: '.cts' },
  bundler: { options: { module: 'esnext', moduleResolution: 'bundler' }, ending: '.ts' },
} as const;

/** A way in which consumers are compiled. */
export type Compiler = keyof typeof COMPILERS;

export const compilers = Object.keys(COMPILERS) as Compiler[];

/** A package outside the repository that has telltale installed. */
export interface Consumer {
  readonly directory: string;
  /** Runs one of the programs in `fixtures/programs` with Node. */
  node(args: readonly string[], options?: CommandOptions): Promise<Printed>;
  npm(...args: string[]): Promise<Printed>;
  /** Compiles programs of `fixtures/types` strictly, with the types of every library checked. */
  compile(compiler: Compiler, programs: readonly string[]): Promise<Printed>;
}

/** Packs telltale as it would be published. Resolves to the tarball's path. */
export async function pack(into: string): Promise<string> {
  // Written last by the build.
  const isBuilt = existsSync(path.join(repository, 'dist/cjs/package.json'));
  if (!isBuilt) await run('npm', ['run', 'build'], { cwd: repository, timeout: NETWORK_MS });
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', into], { cwd: repository });
  const [tarball] = (await readdir(into)).filter((name) => name.endsWith('.tgz'));
  return path.join(into, tarball as string);
}

/** Runs one of the repository's own tools. */
export function tool(name: string, args: readonly string[], cwd?: string): Promise<Printed> {
  return run(path.join(repository, 'node_modules/.bin', name), args, { cwd });
}

/** Makes a package in `directory` that depends on `packages`. */
export async function install(directory: string, packages: readonly string[]): Promise<Consumer> {
  await mkdir(directory);
  const manifest = { name: 'consumer', version: '1.0.0', private: true };
  await writeFile(path.join(directory, 'package.json'), JSON.stringify(manifest));
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund'];
  await run('npm', ['install', ...quiet, ...packages], { cwd: directory, timeout: NETWORK_MS });
  await cp(path.join(fixtures, 'programs'), directory, { recursive: true });

  return {
    directory,
    node: (args, options) => run(process.execPath, args, { cwd: directory, ...options }),
    npm: (...args) => run('npm', args, { cwd: directory }),
    async compile(compiler, programs) {
      const folder = path.join(directory, compiler);
      const { options, ending } = COMPILERS[compiler];
      const compilerOptions = {
        ...options,
        target: 'es2022',
        types: ['node'],
        strict: true,
        skipLibCheck: false,
        noEmit: true,
      };
      await mkdir(folder);
      await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
      for (const program of programs) {
        await cp(path.join(fixtures, `types/${program}.ts`), path.join(folder, program + ending));
      }
      return tool('tsc', ['-p', folder], directory);
    },
  };
}
