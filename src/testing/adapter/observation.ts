import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type ConnectionEnd, connectClient, eventually } from './client.js';
import type { Ledger } from './ledger.js';
import { witnessProcess } from './process-witness.js';
import { countRequests } from './request-count.js';
import type { Scenario, Script } from './scenario.js';
import type { AdapterSubject, ServedApp } from './subject.js';
import { createTape, listenerCounts, type Tape } from './tape.js';

/** Everything that can be told from outside about one conversation. */
export interface Observation {
  /** What the server sent, dates made equal. */
  readonly received: string;
  readonly end: ConnectionEnd;
  /** What the application saw. */
  readonly seen: readonly string[];
  readonly listeners: readonly string[];
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
  /** Requests that the server began. */
  readonly requests: number;
}

/** A connection on which nothing happens for so long is taken to stay as it is. */
const QUIET_MS = 50;
const GIVE_UP_MS = 1000;

/**
 * Plays a scenario to an application of its own and says what happened; with a ledger, to a
 * monitored one, whose books must then balance.
 *
 * @param patience how many times the usual time to wait for what should happen.
 * @throws AssertionError when the books do not balance.
 */
export async function observe(
  subject: AdapterSubject,
  scenario: Scenario,
  patience: number,
  ledger?: Ledger,
): Promise<Observation> {
  const tape = createTape();
  const count = countRequests();
  const witness = witnessProcess();
  let served: ServedApp | undefined;
  try {
    const listener = tape.listener(scenario.behaviour, scenario.silent ?? false);
    const app = (served = await witness.within(() => subject.serve(listener, ledger?.monitor)));
    witness.within(() => scenario.prepare?.(app.server, tape.note));
    const { port } = app.server.address() as AddressInfo;
    const client = await connectClient(port, subject.secure ?? false);
    await play(scenario, client, tape, patience);
    const { end } = client;
    client.destroy();
    await disconnected(app, tape, patience);
    const requests = count.of(app.server);
    await ledger?.settle(
      {
        requests: requests - (scenario.answeredByNode ?? 0),
        aborted: scenario.aborted ?? tape.unfinished(),
        statuses: statusesIn(client.received()),
        unsampled: scenario.unsampled,
        faulty: scenario.faulty,
      },
      GIVE_UP_MS * patience,
    );
    return {
      received: comparable(client.received(), scenario),
      end,
      seen: tape.lines(),
      listeners: listenerCounts(app.server),
      failures: witness.failures,
      warnings: witness.warnings,
      requests,
    };
  } finally {
    await served?.close();
    count.stop();
    witness.stop();
  }
}

function statusesIn(received: string): number[] {
  return Array.from(received.matchAll(/HTTP\/1\.1 (\d+) /g), ([, status]) => Number(status));
}

function comparable(received: string, { headOnly }: Scenario): string {
  const dated = received.replace(/^date: .*$/gim, 'Date: now');
  return headOnly ? (dated.split('\r\n\r\n', 1)[0] as string) : dated;
}

async function play(
  { steps }: Scenario,
  client: Client,
  tape: Tape,
  patience: number,
): Promise<void> {
  const script: Script = {
    client,
    wait: sleep,
    received: (text) => eventually(() => client.received().includes(text), GIVE_UP_MS * patience),
    noted: (text) => eventually(() => tape.has(text), GIVE_UP_MS * patience),
  };
  for (const step of steps) {
    if (typeof step === 'function') await step(script);
    else client.send(step);
  }
  await eventually(
    () => client.end !== 'open' || quietFor(QUIET_MS * patience, client.lastAt, tape.lastAt),
    GIVE_UP_MS * patience,
  );
}

function quietFor(milliseconds: number, ...times: number[]): boolean {
  return performance.now() - Math.max(...times) > milliseconds;
}

/** Waits until the server has seen the client go, and the application has heard of it. */
async function disconnected({ server }: ServedApp, tape: Tape, patience: number): Promise<void> {
  let connections = 1;
  await eventually(() => {
    server.getConnections((_error, open) => {
      connections = open;
    });
    return connections === 0;
  }, GIVE_UP_MS);
  await eventually(() => quietFor(10 * patience, tape.lastAt), GIVE_UP_MS);
}
