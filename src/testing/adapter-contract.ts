import assert from 'node:assert/strict';
import { createLedger } from './adapter/ledger.js';
import { type Observation, observe } from './adapter/observation.js';
import type { Scenario } from './adapter/scenario.js';
import { FAMILIES } from './adapter/scenarios/families.js';
import { soak } from './adapter/soak.js';
import type { AdapterSubject } from './adapter/subject.js';
import { createTurns } from './adapter/turns.js';

export type { AdapterSubject, ServedApp } from './adapter/subject.js';

/** One promise of the contract. */
export interface ContractCase {
  /** What it is about: `targets`, `methods`, `aborts`, …, `soak`. */
  readonly family: string;
  /** Unique in the contract; it begins with the family. */
  readonly name: string;
  /** Rejects with an AssertionError that says what differed. Cases may run at the same time. */
  run(): Promise<void>;
}

/** Cases mostly wait, but what they wait for must not be late for want of a processor. */
const SIDE_BY_SIDE = 8;

/** The process has one set of listeners for what nobody catches, whatever runs in it. */
const turns = createTurns(SIDE_BY_SIDE);

/** What the machine lost by being busy it gets another try at, with more time. */
const PATIENCE = [1, 2, 5] as const;

/**
 * The promises that an adapter makes. For anything that a client sends and an application does, a
 * monitored application sends the same bytes, leaves the connection in the same state, sees the same
 * events, and lets the same errors through as a bare one; and metrics, log lines and spans account
 * for every request, exactly.
 *
 * @example
 * for (const { name, run } of adapterContract(subject)) it(name, run);
 */
export function adapterContract(subject: AdapterSubject): ContractCase[] {
  const scenarios = FAMILIES.flatMap(({ family, scenarios }) =>
    scenarios.map((scenario) => ({
      family,
      name: `${family}: ${scenario.name}`,
      run: () => turns[scenario.alone ? 'alone' : 'shared'](() => compare(subject, scenario)),
    })),
  );
  const cases = [
    ...scenarios,
    {
      family: 'soak',
      name: 'soak: every one of 13,000 requests',
      run: () => turns.alone(() => soak(subject)),
    },
  ];
  const exceptions = subject.exceptions ?? {};
  for (const name of Object.keys(exceptions)) {
    assert.ok(
      cases.some((one) => one.name === name),
      `an exception is made for "${name}", which is no case of the contract`,
    );
  }
  return cases.filter(({ name }) => !Object.hasOwn(exceptions, name));
}

async function compare(subject: AdapterSubject, scenario: Scenario): Promise<void> {
  let failure: unknown;
  for (const patience of PATIENCE) {
    try {
      const bare = await observe(subject, scenario, patience);
      const monitored = await observe(subject, scenario, patience, createLedger());
      return assertSame(monitored, bare);
    } catch (error) {
      if (!(error instanceof assert.AssertionError)) throw error;
      failure = error;
    }
  }
  throw failure;
}

function assertSame(monitored: Observation, bare: Observation): void {
  const differs = (what: string): string => `monitored differs from bare in ${what}`;
  assertEqual(monitored.received, bare.received, differs('the bytes it sends'));
  assertEqual(monitored.end, bare.end, differs('the end of the connection'));
  assertEqual(monitored.seen, bare.seen, differs('what the application sees'));
  assertEqual(monitored.listeners, bare.listeners, differs("the server's listeners"));
  assertEqual(monitored.failures, bare.failures, differs('what nobody catches'));
  assertEqual(monitored.requests, bare.requests, differs('how many requests there are'));
  const added = monitored.warnings.filter((warning) => !bare.warnings.includes(warning));
  assertEqual(added, [], differs('the warnings of the process'));
}

function assertEqual(monitored: unknown, bare: unknown, what: string): void {
  try {
    assert.deepEqual(monitored, bare);
  } catch (error) {
    const { message } = error as Error;
    throw new assert.AssertionError({
      message: `${what}\n${message}`,
      actual: monitored,
      expected: bare,
    });
  }
}
