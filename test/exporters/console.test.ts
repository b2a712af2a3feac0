import { SpanStatusCode } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { consoleTree } from '../../src/exporters/console.js';
import { createMonitoring, type Monitoring } from '../../src/index.js';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Screen {
  write(text: string): void;
  isTTY?: boolean;
  readonly blocks: string[];
}

function start(options: { colors?: boolean; isTTY?: boolean } = {}): {
  monitoring: Monitoring;
  screen: Screen;
} {
  const { isTTY = false, ...rest } = options;
  const blocks: string[] = [];
  const screen = { blocks, isTTY, write: (text: string) => void blocks.push(text) };
  const exporter = consoleTree({ stream: screen, ...rest });
  const monitoring = createMonitoring({ logs: false, traces: { exporter } });
  monitoring.start();
  open.push(monitoring.shutdown);
  return { monitoring, screen };
}

/** Without what differs from run to run. */
const steady = (text: string) =>
  text.replace(/trace [0-9a-f]{32}/, 'trace ID').replace(/[\d.]+ ms/g, 'TIME');

describe('console', () => {
  it('writes one tree for each trace, when its root has ended', () => {
    const { monitoring, screen } = start();
    monitoring.tracer.startActiveSpan('GET /orders/:id', { kind: 1 }, (root) => {
      monitoring.trace('price cart', { attributes: { items: 3 } }, () => {
        monitoring.trace('SELECT', { kind: 'client' }, () => {});
      });
      const failed = monitoring.tracer.startSpan('ship');
      failed.setStatus({ code: SpanStatusCode.ERROR, message: 'no \u001b[31mvan\nleft' });
      failed.end();
      expect(screen.blocks).toEqual([]);
      root.end();
    });
    expect(screen.blocks.map(steady)).toEqual([
      [
        'trace ID',
        'GET /orders/:id  TIME  server',
        '├─ price cart  TIME  items=3',
        '│  └─ SELECT  TIME  client',
        '└─ ship  TIME  error no van left',
        '',
        '',
      ].join('\n'),
    ]);
  });

  it('is coloured on a terminal, and never with NO_COLOR', () => {
    const coloured = (screen: Screen) => screen.blocks.join('').includes('\u001b[');
    const cases = [
      [{}, false],
      [{ isTTY: true }, true],
      [{ isTTY: true, colors: false }, false],
      [{ colors: true }, true],
    ] as const;
    for (const [options, expected] of cases) {
      const { monitoring, screen } = start(options);
      monitoring.trace('work', () => {});
      expect(coloured(screen)).toBe(expected);
    }
    process.env.NO_COLOR = '1';
    try {
      const { monitoring, screen } = start({ isTTY: true });
      monitoring.trace('work', () => {});
      expect(coloured(screen)).toBe(false);
    } finally {
      delete process.env.NO_COLOR;
    }
  });

  it('shows at the end what has no root yet, and a late child by itself', async () => {
    const { monitoring, screen } = start();
    const late = monitoring.tracer.startActiveSpan('root', (root) => {
      const child = monitoring.tracer.startSpan('late');
      root.end();
      return child;
    });
    late.end();
    expect(screen.blocks).toHaveLength(1);
    await monitoring.shutdown();
    expect(screen.blocks.map(steady)).toEqual([
      'trace ID\nroot  TIME\n\n',
      'trace ID\nlate  TIME\n\n',
    ]);
  });

  it('refuses a stream that is none', () => {
    expect(() => consoleTree({ stream: 'stdout' as never })).toThrow(
      'console exporter: option stream: expected a writable stream',
    );
  });
});
