import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Where and with what a command runs. */
export interface CommandOptions {
  /** @default the working directory of this process */
  readonly cwd?: string;
  /** Variables on top of those of this process, without the ones that configure telltale or Node. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds after which the command is killed. @default 30_000 */
  readonly timeout?: number;
}

/** What a command printed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

// What npm tells its scripts of this package would make a nested npm install into it.
const NOT_INHERITED =
  /^(OTEL_|TELLTALE_|VITEST|LOG_LEVEL$|NODE_(ENV|OPTIONS|PATH)$|npm_(package|lifecycle)_|npm_config_(local_|global_)?prefix$)/i;

const inherited = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name)),
);

/**
 * Runs a command to its end.
 *
 * @throws Error with all that it printed, when it fails or does not end in time
 */
export async function run(
  command: string,
  args: readonly string[],
  { cwd, env, timeout = 30_000 }: CommandOptions = {},
): Promise<Printed> {
  try {
    return await execute(command, args, { cwd, env: { ...inherited, ...env }, timeout });
  } catch (error) {
    const { killed, code, stdout, stderr } = error as Printed & { killed: boolean; code: unknown };
    const reason = killed ? `did not end within ${timeout} ms` : `ended with ${code}`;
    throw new Error(`${command} ${args.join(' ')} ${reason}\n${stdout}${stderr}`);
  }
}
