// Logs before the start, and then ends as it is told; run by the tests of early ends.
import { createMonitoring } from 'telltale';

const [how, file] = process.argv.slice(2);
let kept = '';
const buffering = {
  write(line) {
    kept += line;
  },
  flushSync() {
    process.stdout.write(kept);
    kept = '';
  },
};
const terminal = { isTTY: true, write: (line) => process.stdout.write(line) };
const destination = { stream: buffering, terminal }[file] ?? file;
const logs = {
  ...(destination !== undefined && { destination }),
  ...(destination === terminal && { format: 'pretty' }),
};
const { logger } = createMonitoring({ logs });
for (let i = 0; i < 3; i++) logger.error({ i }, 'cannot start');
if (how === 'exit') process.exit(1);
if (how === 'throw') throw new Error('on purpose');
