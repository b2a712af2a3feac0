/** When a metric that never answers is asked again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createDeadline } from '../../../src/core/deadline.js';
import { createReadings } from '../../../src/signals/metrics/readings.js';

const sample = { name: 'x', help: 'x', type: 'gauge', aggregator: 'sum', values: [] } as const;

it('asks a metric again that has not answered for long, and takes its first answer for none', async () => {
  const answers: ((metric: typeof sample) => void)[] = [];
  const metric = {
    name: 'x',
    get: () => new Promise<never>((resolve) => answers.push(resolve as () => void)),
  };
  const { read } = createReadings(50);
  await expect(read(metric, createDeadline(5))).rejects.toThrow('not done within 5 ms');
  await expect(read(metric, createDeadline(5))).rejects.toThrow('still busy');
  await sleep(60);
  const again = read(metric, createDeadline(30_000));
  answers[0]?.(sample);
  await sleep(5);
  // The late answer must not make room for a third question beside the second.
  const joined = read(metric, createDeadline(30_000));
  answers[1]?.(sample);
  expect([await again, await joined]).toEqual([sample, sample]);
  expect(answers).toHaveLength(2);
});
