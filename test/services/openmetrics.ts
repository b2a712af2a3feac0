import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findProgram } from './program.js';

const PACKAGES = fileURLToPath(
  new URL(
    '../../node_modules/.cache/telltale-services/usr/lib/python3/dist-packages',
    import.meta.url,
  ),
);

const PROGRAM = `
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = list(text_string_to_metric_families(sys.stdin.read()))
print(len(families))
`;

/** Python with its Prometheus client, whose parser of OpenMetrics is strict; `install.sh` has it. */
export function findOpenMetricsParser(): string | undefined {
  return existsSync(`${PACKAGES}/prometheus_client`) ? findProgram('python3') : undefined;
}

/**
 * Has the parser read an exposition.
 *
 * @returns how many metrics it found
 * @throws Error with the parser's own words when the text is not valid
 */
export function parseOpenMetrics(text: string): Promise<number> {
  const python = findOpenMetricsParser();
  if (python === undefined) throw new Error('the parser is missing: run test/services/install.sh');
  return new Promise((resolve, reject) => {
    const options = { env: { PYTHONPATH: PACKAGES } };
    const child = execFile(python, ['-c', PROGRAM], options, (error, stdout, stderr) => {
      if (error) reject(new Error(stderr));
      else resolve(Number(stdout));
    });
    child.stdin?.end(text);
  });
}
