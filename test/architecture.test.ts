import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = path.resolve(import.meta.dirname, '../src');

/** Folder to floor; files directly in `src` are on the top floor. */
const FLOORS: Readonly<Record<string, number>> = {
  model: 0,
  core: 1,
  catalog: 1,
  errors: 1,
  'signals/metrics': 1,
  'signals/logs': 1,
  'signals/traces': 1,
  'signals/health': 1,
  adapters: 2,
  instrumentation: 2,
  checks: 2,
  exporters: 2,
  sinks: 2,
  assembly: 3,
  testing: 3,
};
const TOP = 3;

/**
 * `core` is below the other folders of its floor: every signal is told about operations, and nothing
 * in `core` knows a signal.
 */
const BELOW_ITS_FLOOR = new Set(['core']);

/** Third-party packages by the only folders that may load them at run time. */
const OWNERS: readonly [RegExp, readonly string[]][] = [
  [/^prom-client(\/lib\/\w+\.js)?$/, ['signals/metrics']],
  [/^pino$/, ['signals/logs']],
  [/^@opentelemetry\/api$/, ['core', 'signals/traces']],
  [
    /^valibot$/,
    ['core', 'signals/metrics', 'signals/logs', 'signals/traces', 'signals/health', '.'],
  ],
  [/^fastify-plugin$/, ['.']],
];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
  readonly lazy: boolean;
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?'([^']+)'|(?:await |return |\[|\(|, ?|\s)import\('([^']+)'\)/g;

function importsOf(file: string, text: string): Import[] {
  return Array.from(text.matchAll(IMPORT), ([, type, plain, lazy]) => ({
    from: file,
    to: plain ?? lazy ?? '',
    typeOnly: type !== undefined,
    lazy: plain === undefined,
  }));
}

function sourceFiles(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
}

function folderOf(file: string): string {
  const [top = '.', below] = path.dirname(file).split('/');
  return top === 'signals' ? `${top}/${below}` : top;
}

function floorOf(folder: string): number {
  return folder === '.' ? TOP : (FLOORS[folder] ?? Number.NaN);
}

/** What is wrong with an import, if anything is. */
function faultOf({ from, to, typeOnly, lazy }: Import): string | undefined {
  const folder = folderOf(from);
  if (to.startsWith('.')) {
    const target = folderOf(path.relative(SRC, path.resolve(SRC, path.dirname(from), to)));
    if (target === folder) return undefined;
    const [own, other] = [floorOf(folder), floorOf(target)];
    if (Number.isNaN(other)) return `${from} imports from a folder without a floor: ${target}`;
    if (other < own) return undefined;
    if (own === TOP && other === TOP) return undefined;
    if (other === own && BELOW_ITS_FLOOR.has(target)) return undefined;
    return `${from} (floor ${own}) imports ${to} (floor ${other})`;
  }
  if (to.startsWith('node:') || typeOnly || lazy) return undefined;
  const owners = OWNERS.find(([name]) => name.test(to))?.[1];
  return owners?.includes(folder) ? undefined : `${from} loads ${to}`;
}

describe('the house', () => {
  const files = sourceFiles();
  const texts = new Map(files.map((file) => [file, readFileSync(path.join(SRC, file), 'utf8')]));

  it('has a floor for every folder', () => {
    const homeless = files.map(folderOf).filter((folder) => Number.isNaN(floorOf(folder)));
    expect(homeless).toEqual([]);
  });

  it('imports only from the same folder or a lower floor, and each library in one place', () => {
    const faults = [...texts].flatMap(([file, text]) =>
      importsOf(file, text).flatMap((one) => faultOf(one) ?? []),
    );
    expect(faults).toEqual([]);
  });

  it('hands the whole Monitoring to nobody below the top floor', () => {
    const holders = [...texts]
      .filter(
        ([file, text]) =>
          floorOf(folderOf(file)) < TOP && /\bMonitoring\b(?! of|\.)/.test(code(text)),
      )
      .map(([file]) => file);
    expect(holders).toEqual([]);
  });

  it('keeps files small', () => {
    const lengths = [...texts].map(([file, text]) => ({ file, lines: text.split('\n').length }));
    const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(100);
    expect(sorted[Math.floor(sorted.length * 0.9)]).toBeLessThanOrEqual(220);
    expect(lengths.filter(({ lines }) => lines > 350)).toEqual([]);
  });

  it('would notice an import against the floors', () => {
    const broken = (from: string, line: string) => importsOf(from, line).map(faultOf)[0];
    expect(broken('model/check.ts', "import { x } from '../core/plan.js';")).toMatch(/floor 0/);
    expect(
      broken('signals/logs/logs.ts', "import type { M } from '../metrics/metrics.js';"),
    ).toMatch(/floor 1/);
    expect(broken('adapters/node.ts', "export { x } from '../setup.js';")).toMatch(/floor 2/);
    expect(broken('adapters/node.ts', "import { x } from '../checks/disk.js';")).toMatch(/floor 2/);
    expect(broken('checks/disk.ts', "import { pino } from 'pino';")).toBe(
      'checks/disk.ts loads pino',
    );
    expect(broken('core/plan.ts', "import '../catalog/http.js';")).toMatch(/floor 1/);
    expect(
      broken('core/plan.ts', "import {\n  a,\n  b,\n} from '../signals/logs/logs.js';"),
    ).toMatch(/floor 1/);
    expect(
      broken(
        'exporters/otlp.ts',
        "const x = await import('@opentelemetry/exporter-trace-otlp-http');",
      ),
    ).toBeUndefined();
  });
});

/** The text without comments, in which anything may be named. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}
