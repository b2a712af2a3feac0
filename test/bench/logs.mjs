import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Request lines in a log file. Every line must be JSON; those of start and stop do not count. */
export async function countRequestLines(path) {
  if (!existsSync(path)) return 0;
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    JSON.parse(line);
    if (line.includes('/users/')) count++;
  }
  return count;
}
