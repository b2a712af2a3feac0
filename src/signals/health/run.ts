import type { Check, CheckReport } from '../../model/check.js';
import { after } from './after.js';
import { reportOfError, reportOfTimeout, reportOfValue } from './result.js';

/** One run of a check. */
export interface Run {
  /** What it came to, at the latest when its time is over. Never rejects. */
  readonly report: Promise<CheckReport>;
  /** Whether the check itself has come to an end, in time or not. */
  readonly settled: boolean;
  /** Tells the check that nobody waits for it any more. */
  abort(reason: string): void;
}

/** Runs a check. What it says after its time is discarded. */
export function startRun(check: Check, timeout: number): Run {
  const started = performance.now();
  const controller = new AbortController();
  const latency = () => performance.now() - started;
  let settled = false;

  const report = new Promise<CheckReport>((resolve) => {
    function giveUp(): void {
      resolve(reportOfTimeout(`no answer within ${timeout} ms`, latency()));
      controller.abort(new Error(`health check timed out after ${timeout} ms`));
    }
    const callOff = after(timeout, giveUp, false);
    function settle(result: CheckReport): void {
      settled = true;
      callOff();
      resolve(result);
    }
    Promise.resolve()
      .then(() => check(controller.signal))
      .then(
        (value) => settle(reportOfValue(value, latency())),
        (error) => settle(reportOfError(error, latency())),
      );
  });

  return {
    report,
    get settled() {
      return settled;
    },
    abort: (reason) => controller.abort(new Error(reason)),
  };
}
