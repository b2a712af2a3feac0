import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How one test of a framework went. */
interface Outcome {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  /** Why it failed; absent when it passed. */
  readonly error?: string;
}

/** Tests of a framework, written for `node --test`. */
export interface Suite {
  /** The folder that the files are in. */
  readonly folder: string;
  readonly files: readonly string[];
  /** The framework's main file, as the tests load it: what it exports makes the applications. */
  readonly framework: string;
}

/** One run of a suite. */
export interface SuiteRun {
  readonly passed: readonly string[];
  /** What did not pass, and why. */
  readonly failed: ReadonlyMap<string, string>;
  /** How many applications telltale was attached to. */
  readonly applications: number;
  /** How many of their requests telltale logged. */
  readonly requests: number;
}

const ours = (name: string): string => join(import.meta.dirname, name);

/** Runs a suite in processes of its own, with telltale attached to every application or bare. */
export async function runSuite(suite: Suite, mode: 'bare' | 'attached'): Promise<SuiteRun> {
  const scratch = await mkdtemp(join(tmpdir(), 'telltale-suite-'));
  const report = join(scratch, 'report.jsonl');
  try {
    const hooks = [ours('stand-ins.cjs'), ...(mode === 'attached' ? [ours('attach.cjs')] : [])];
    const output = await nodeTest(suite, {
      NODE_OPTIONS: hooks.map((hook) => `--require ${JSON.stringify(hook)}`).join(' '),
      TELLTALE_FRAMEWORK: suite.framework,
      TELLTALE_REPORT: report,
    });
    const written = mode === 'attached' ? await readFile(report, 'utf8') : '';
    const seen = lines<{ applications: number; requests: number }>(written);
    return {
      ...sorted(lines<Outcome>(output), suite.folder),
      applications: seen.reduce((sum, { applications }) => sum + applications, 0),
      requests: seen.reduce((sum, { requests }) => sum + requests, 0),
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What passed in one run and did not in another, with the reason. */
export function newFailures(bare: SuiteRun, attached: SuiteRun): Map<string, string> {
  const passed = new Set(attached.passed);
  return new Map(
    bare.passed
      .filter((title) => !passed.has(title))
      .map((title) => [title, attached.failed.get(title) ?? 'did not run']),
  );
}

function nodeTest({ folder, files }: Suite, env: Record<string, string>): Promise<string> {
  const args = ['--test', '--test-concurrency=3', `--test-reporter=${ours('reporter.cjs')}`];
  const options = {
    cwd: folder,
    // Nothing else, so that no variable that configures telltale or Node reaches the tests.
    env: { PATH: process.env.PATH, ...env },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 90_000,
  };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...args, ...files], options, (error, stdout, stderr) => {
      // Ending with 1 says no more than that some test failed.
      if (error !== null && error.code !== 1) reject(new Error(`${error.message}\n${stderr}`));
      else resolve(stdout);
    });
  });
}

function sorted(outcomes: readonly Outcome[], folder: string): Pick<SuiteRun, 'passed' | 'failed'> {
  const times = new Map<string, number>();
  const passed: string[] = [];
  const failed = new Map<string, string>();
  for (const { file, line, name, error } of outcomes) {
    const place = `${file.slice(folder.length + 1)}:${line} ${name}`;
    // Tests made in a loop share their place, and may share their name.
    const time = (times.get(place) ?? 0) + 1;
    times.set(place, time);
    const title = time === 1 ? place : `${place} #${time}`;
    if (error === undefined) passed.push(title);
    else failed.set(title, error);
  }
  return { passed, failed };
}

function lines<T>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
