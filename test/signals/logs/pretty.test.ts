import { afterEach, describe, expect, it } from 'vitest';
import { createMonitoring } from '../../../src/index.js';
import type { Destination } from '../../../src/signals/logs/destination.js';
import { isTerminal, prettyDestination } from '../../../src/signals/logs/pretty.js';
import { until } from '../../support/until.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours begin with
const COLOR = /\u001b\[/;

interface Terminal {
  isTTY: true;
  readonly texts: string[];
  write(text: string): void;
}

function terminal(): Terminal {
  const texts: string[] = [];
  return { isTTY: true, texts, write: (text) => void texts.push(text) };
}

const { NO_COLOR } = process.env;

afterEach(() => {
  if (NO_COLOR === undefined) delete process.env.NO_COLOR;
  else process.env.NO_COLOR = NO_COLOR;
});

async function printed(format: 'pretty' | 'json', screen = terminal()): Promise<string> {
  const { logger } = createMonitoring({ logs: { format, destination: screen } });
  logger.info({ order: 7 }, 'first');
  await until(() => screen.texts.length > 0, 'it is printed');
  logger.error(new RangeError('second'));
  await until(() => screen.texts.length > 1, 'it is printed');
  return screen.texts.join('');
}

describe('the format pretty', () => {
  it('is for people, in colours unless NO_COLOR is set', async () => {
    delete process.env.NO_COLOR;
    const text = await printed('pretty');
    expect(text).toMatch(COLOR);
    expect(text).toMatch(/INFO.*first/);
    process.env.NO_COLOR = '1';
    const plain = await printed('pretty');
    expect(plain).not.toMatch(COLOR);
    expect(plain).toMatch(/INFO.*: first\n {4}.*[\s\S]*order: 7\n/);
    expect(plain).toMatch(/ERROR.*: second\n[\s\S]* {4}at /);
  });

  it('is JSON where nobody looks', async () => {
    const texts: string[] = [];
    const file = { isTTY: false, write: (text: string) => void texts.push(text) };
    const { logger } = createMonitoring({ logs: { format: 'pretty', destination: file } });
    logger.info('first');
    expect(JSON.parse(texts[0] ?? '').msg).toBe('first');
    expect([isTerminal('app.log'), isTerminal(file), isTerminal(terminal())]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('loses no line to an end that comes before pino-pretty', async () => {
    const texts: string[] = [];
    const write = (text: string): void => void texts.push(text);
    const writer = {
      write,
      dropped: () => 0,
      flush: async () => {},
      flushSync: () => write('flushed'),
      end: async () => write('ended'),
    };
    const early = prettyDestination({ stream: writer, writer } as unknown as Destination);
    early.stream.write('{"level":30,"time":0,"msg":"early"}\n');
    early.writer?.flushSync?.();
    expect(texts).toEqual(['{"level":30,"time":0,"msg":"early"}\n', 'flushed']);
    texts.length = 0;
    const late = prettyDestination({ stream: writer, writer } as unknown as Destination);
    late.stream.write('{"level":30,"time":0,"msg":"late"}\n');
    await late.writer?.end();
    expect(texts[0]).toMatch(/INFO/);
    expect(texts[1]).toBe('ended');
  });
});
