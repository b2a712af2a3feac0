import { describe, it, vi } from 'vitest';
import { type AdapterSubject, adapterContract } from '../../src/testing/adapter-contract.js';

/** Makes a test of every case of the contract; all but the soak run side by side. */
export function runContract(subject: AdapterSubject): void {
  const cases = adapterContract(subject);
  // The contract itself knows how many cases it can run at a time.
  vi.setConfig({ maxConcurrency: 20 });
  describe.concurrent(`the contract of ${subject.name}`, () => {
    for (const { family, name, run } of cases) if (family !== 'soak') it(name, run);
  });
  describe(`the contract of ${subject.name}, at length`, () => {
    for (const { family, name, run } of cases) if (family === 'soak') it(name, run);
  });
}
