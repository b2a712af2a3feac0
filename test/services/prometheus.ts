import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startInDirectory } from './directory.js';
import { freePort, startProcess } from './process.js';
import { findProgram } from './program.js';

/** What Prometheus shall scrape. */
export interface PrometheusOptions {
  /** The whole address, as in `http://127.0.0.1:3000/metrics`. */
  readonly targetUrl: string;
}

/** A Prometheus server of one's own. */
export interface PrometheusService {
  /** Of its API and pages, without a slash at the end. */
  readonly url: string;
  readonly pid: number;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** The path of promtool, on PATH or where `install.sh` puts it. */
export function findPromtool(): string | undefined {
  return findProgram('promtool');
}

/** The path of prometheus, on PATH or where `install.sh` puts it. */
export function findPrometheus(): string | undefined {
  return findProgram('prometheus');
}

/**
 * Has `promtool check metrics` judge an exposition in the text format: it parses and lints it.
 *
 * @returns code 0 and no output when all is well; else 1 or 3, and what is wrong
 * @throws Error when there is no promtool on this machine
 */
export async function checkMetrics(text: string): Promise<{ code: number; output: string }> {
  const command = findPromtool();
  if (command === undefined) throw new Error('promtool is missing: run test/services/install.sh');
  const child = spawn(command, ['check', 'metrics']);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  // promtool may have judged, and closed its input, before it has read everything.
  child.stdin.on('error', () => {}).end(text);
  await once(child, 'close');
  return { code: child.exitCode ?? -1, output };
}

function configuration(target: URL): string {
  return JSON.stringify({
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      {
        job_name: 'telltale',
        scheme: target.protocol.slice(0, -1),
        metrics_path: target.pathname,
        static_configs: [{ targets: [target.host] }],
      },
    ],
  });
}

/**
 * Starts Prometheus, which scrapes the target every second as `job="telltale"`. The first scrape
 * comes after about five seconds: its discovery of targets takes no less.
 *
 * @returns undefined when there is no prometheus on this machine: `install.sh` fetches it
 * @throws Error with the server's own words when it does not start
 */
export async function startPrometheus(
  options: PrometheusOptions,
): Promise<PrometheusService | undefined> {
  const command = findPrometheus();
  if (command === undefined) return undefined;
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const server = await startInDirectory('prometheus', async (directory) => {
    // JSON, which YAML is a superset of.
    const file = path.join(directory, 'prometheus.yml');
    await writeFile(file, configuration(new URL(options.targetUrl)));
    const data = path.join(directory, 'data');
    return startProcess({
      command,
      args: [
        `--config.file=${file}`,
        `--storage.tsdb.path=${data}`,
        `--web.listen-address=${address}`,
        '--enable-feature=exemplar-storage',
      ],
      ready: async () => (await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1_000) })).ok,
    });
  });
  return { url, ...server };
}
