import { isatty } from 'node:tty';
import type { DestinationStream, LoggerOptions } from 'pino';
import { atExit } from '../../core/exit.js';
import type { Destination } from './destination.js';

/** Whether somebody reads what is written there, as it is written. */
export function isTerminal(target: string | number | DestinationStream): boolean {
  if (typeof target === 'number') return isatty(target);
  return typeof target === 'object' && (target as { isTTY?: unknown }).isTTY === true;
}

/**
 * Lines made readable by pino-pretty on their way to `destination`. It is loaded in the background:
 * lines wait for it, and stay JSON where it is not installed or the process ends first.
 */
export function prettyDestination(
  { stream, writer }: Destination,
  options: LoggerOptions = {},
): Destination {
  let waiting: string[] | undefined = [];
  let prettify = (line: string): string => line;
  let letGo: (() => void) | undefined;

  const loading = load(options).then((loaded) => {
    prettify = loaded ?? prettify;
    release();
  });

  function release(): void {
    const lines = waiting ?? [];
    waiting = undefined;
    letGo?.();
    for (const line of lines) stream.write(prettify(line));
  }

  const pretty = {
    write(line: string) {
      if (waiting === undefined) return void stream.write(prettify(line));
      letGo ??= atExit(release);
      waiting.push(line);
    },
  };
  const whole = {
    ...writer,
    ...pretty,
    async flush(done?: () => void) {
      await loading;
      await writer.flush(done);
    },
    flushSync() {
      release();
      writer.flushSync?.();
    },
    async end() {
      await loading;
      await writer.end();
    },
  };
  return { stream: whole, writer: whole };
}

/** https://no-color.org: set, and not to nothing. */
function wantsColor({ NO_COLOR }: NodeJS.ProcessEnv): boolean {
  return NO_COLOR === undefined || NO_COLOR === '';
}

async function load({
  messageKey,
  errorKey,
  customLevels,
}: LoggerOptions): Promise<((line: string) => string) | undefined> {
  try {
    const { default: pretty } = await import('pino-pretty');
    return pretty.prettyFactory({
      colorize: wantsColor(process.env),
      ...(messageKey && { messageKey }),
      ...(errorKey && { errorLikeObjectKeys: [errorKey] }),
      ...(customLevels && { customLevels }),
    });
  } catch {
    return undefined;
  }
}
