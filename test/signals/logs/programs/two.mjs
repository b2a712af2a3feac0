// Two Monitorings that log to standard output, by turns or in bursts; run by the tests of pipes.
import { setTimeout as sleep } from 'node:timers/promises';
import { createMonitoring } from 'telltale';

const [how] = process.argv.slice(2);
const all = ['A', 'B'].map((name) => ({ name, ...createMonitoring({ logs: {} }), next: 0 }));
const filler = 'x'.repeat(300);

function write(one, count) {
  for (let i = 0; i < count; i++)
    one.logger.info({ name: one.name, i: one.next++, filler }, 'work');
}

if (how === 'turns') {
  for (let round = 0; round < 100; round++) {
    for (const one of all) write(one, 20);
    await sleep(1);
  }
  for (const one of all) await one.shutdown();
} else {
  const [a, b] = all;
  // B is flushed first at the exit, while A has begun a line in what room there is.
  write(b, 100);
  b.logger.flush();
  write(a, 1000);
  write(b, 1000);
  process.exit(0);
}
