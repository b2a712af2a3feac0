import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { LogLine } from '../support/log-sink.js';

const PROGRAM = fileURLToPath(new URL('programs/crash.cjs', import.meta.url));

interface Ended {
  code: number | null;
  signal: string | null;
  /** What it printed for people, without numbers of processes and frames inside Node. */
  stderr: string;
  lines: LogLine[];
}

async function run(
  way: string,
  kind: 'bare' | 'monitored',
  flags: readonly string[] = [],
  options: object = {},
): Promise<Ended> {
  const args = [...flags, PROGRAM, way, kind, JSON.stringify(options)];
  const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH } });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  const [code, signal] = await once(child, 'close');
  return {
    code,
    signal,
    stderr: text.stderr.replace(/\(node:\d+\)/g, '(node)').replace(/^ +at .*\(?node:.*\n/gm, ''),
    lines: text.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line)),
  };
}

/** What a way is told as: messages of its errors, and by which of Node's names. */
type Told = readonly (readonly [msg: string, message: string])[];

const EXCEPTION: Told = [['uncaught exception', 'top: bottom']];
const REJECTION: Told = [['unhandled rejection', 'top: bottom']];

const WAYS: Readonly<Record<string, Told>> = {
  'throws at once': EXCEPTION,
  'throws in a timer': EXCEPTION,
  'throws in a microtask': EXCEPTION,
  'throws in a listener': EXCEPTION,
  rejects: REJECTION,
  'rejects later': REJECTION,
  'rejects with a text': [['unhandled rejection', expect.stringContaining('a text')]],
  'rejects with nothing': [['unhandled rejection', expect.stringContaining('undefined')]],
  'rejects twice': REJECTION,
  'throws a text': [['uncaught exception', 'a text']],
  'throws nothing': [['uncaught exception', 'undefined']],
  'throws null': [['uncaught exception', 'null']],
  'throws what is frozen': EXCEPTION,
  'throws what cannot be read': [['uncaught exception', 'odd']],
  'throws what ends nowhere': [['uncaught exception', 'Maximum call stack size exceeded']],
  'has a listener that goes on': EXCEPTION,
  'has a listener that goes on, for rejections too': REJECTION,
  'has a listener that throws': EXCEPTION,
  'has a listener that exits': EXCEPTION,
  'has a monitor': EXCEPTION,
  'has an exit code': EXCEPTION,
  'has an exit listener': EXCEPTION,
  'has an exit listener that chooses the code': EXCEPTION,
  'has a capture callback': EXCEPTION,
  'has a domain': EXCEPTION,
  'listens to rejections': REJECTION,
  'listens to all': REJECTION,
  'listens to rejections once': [['unhandled rejection', 'first'], ...REJECTION],
  'listened to rejections': REJECTION,
  'listened to rejections in every way': REJECTION,
  'throws where it listens to rejections': [
    ...REJECTION,
    ['uncaught exception', 'from the listener'],
  ],
  'has ten listeners to rejections': [],
  'handles a rejection late': REJECTION,
  'fails in a worker': [],
  'fails in a worker that nobody watches': [['uncaught exception', 'top']],
  'is monitored in a worker': EXCEPTION,
  'throws in a request': EXCEPTION,
  'after shutdown': [],
  'ends well': [],
};

function fatal(lines: readonly LogLine[]) {
  return lines
    .filter(({ level }) => level === 60)
    .map(({ msg, err }) => [msg, (err as { message: string }).message]);
}

describe.concurrent('a process that', () => {
  it.each(Object.entries(WAYS))('%s ends as without telltale', async (way, told) => {
    const [bare, monitored] = await Promise.all([run(way, 'bare'), run(way, 'monitored')]);
    expect(monitored).toMatchObject({ code: bare.code, signal: bare.signal });
    expect(monitored.stderr).toBe(bare.stderr);
    expect(fatal(monitored.lines)).toEqual(told);
    const processes = way === 'is monitored in a worker' ? 2 : 1;
    const earlier = monitored.lines.filter(({ msg }) => msg === 'earlier');
    expect(earlier).toHaveLength(100 * processes);
  });
});

it('tells of the request in which it was thrown', async () => {
  const { lines } = await run('throws in a request', 'monitored');
  expect(lines.at(-1)).toMatchObject({
    level: 60,
    handled: false,
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    error_group: expect.stringMatching(/^[0-9a-f]{16}$/),
    err: {
      type: 'TypeError',
      stack: expect.stringMatching(
        /^TypeError: top\n {4}at caused .*\n[\s\S]*caused by: RangeError/,
      ),
    },
  });
});

it('listens to nothing when it is told so', async () => {
  for (const options of [{ errors: false }, { errors: { uncaught: false } }]) {
    const { code, lines } = await run('rejects', 'monitored', [], options);
    expect([code, fatal(lines)]).toEqual([1, []]);
    expect(lines).toHaveLength(100);
  }
});

describe.concurrent('a process under --unhandled-rejections', () => {
  const modes = ['throw', 'strict', 'warn', 'none', 'warn-with-error-code'];
  const ways = [
    'rejects',
    'rejects later',
    'rejects with a text',
    'listens to rejections',
    'listens to all',
    'listens to rejections once',
    'listened to rejections in every way',
    'has a listener that goes on, for rejections too',
  ];
  const cases = modes.flatMap((mode) => ways.map((way) => ({ mode, way })));

  it.each(cases)('$mode that $way ends as without telltale', async ({ mode, way }) => {
    const flags = [`--unhandled-rejections=${mode}`];
    const [bare, monitored] = await Promise.all([
      run(way, 'bare', flags),
      run(way, 'monitored', flags),
    ]);
    expect(monitored).toMatchObject({ code: bare.code, signal: bare.signal });
    expect(monitored.stderr).toBe(bare.stderr);
    // Node tells nobody but a listener of these, and a listener would change the exit code.
    const unseen = mode === 'warn-with-error-code' && !way.startsWith('listens');
    const removed = /warn|none/.test(mode) && way === 'listened to rejections in every way';
    const told = fatal(monitored.lines);
    const twice = way === 'listens to rejections once' && /throw|warn$|none/.test(mode);
    if (!unseen && !removed) expect(told).toHaveLength(twice ? 2 : 1);
    expect(told.every(([msg]) => msg === 'unhandled rejection')).toBe(true);
  });
});
