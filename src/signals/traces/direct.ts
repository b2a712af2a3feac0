import { type Attempt, attemptExport } from './attempt.js';
import { createAccount, type DeliveryChange } from './ledger.js';
import type { SpanExporterLike } from './options.js';
import { reasonOf } from './outcome.js';
import { type Outlet, shutDown } from './outlet.js';

/** Time for an exporter that is handed one span at a time. */
const TIMEOUT_MS = 30_000;

/** Hands over each span at the moment at which it ends. */
export function createDirect(name: string, changed: (change: DeliveryChange) => void): Outlet {
  const underWay = new Map<Attempt, Promise<void>>();
  const account = createAccount(name, () => underWay.size, changed);
  let exporter: SpanExporterLike | undefined;
  let ended = false;

  async function book({ outcome }: Attempt): Promise<void> {
    const { code, reason, error } = await outcome;
    if (code === 0) account.deliver(1);
    else account.lose(reason ?? reasonOf(error), 1, error);
  }

  async function flush(): Promise<void> {
    await Promise.all(underWay.values());
  }

  return {
    delivery: account,
    take(span) {
      if (exporter === undefined || ended) {
        return account.lose(ended ? 'shutdown' : 'no_exporter', 1);
      }
      account.begin();
      const attempt = attemptExport(exporter, [span], TIMEOUT_MS);
      underWay.set(
        attempt,
        book(attempt).finally(() => underWay.delete(attempt)),
      );
    },
    open(to) {
      exporter = to;
    },
    abandon() {},
    flush,
    async end(milliseconds) {
      ended = true;
      if (exporter === undefined) return;
      const deadline = performance.now() + milliseconds;
      const alarm = setTimeout(() => {
        for (const one of underWay.keys()) one.cut({ code: 1, reason: 'shutdown' });
      }, milliseconds / 2);
      await flush();
      clearTimeout(alarm);
      await shutDown(exporter, deadline - performance.now());
    },
  };
}
