/** Why a span did not arrive. */
export const LOSS_REASONS = [
  'queue_full',
  'refused',
  'timeout',
  'unavailable',
  'rejected',
  'error',
  'no_exporter',
  'shutdown',
] as const;

/**
 * Why a span did not arrive: more than the queue holds; nobody listens, or the connection was cut; no
 * answer in time; the collector was busy or down until the time was over (429, 502, 503, 504); it
 * does not want the span; the exporter failed; there is no exporter since it could not be made; the
 * service ended first.
 */
export type LossReason = (typeof LOSS_REASONS)[number];

/** What became of the spans for one exporter. Those made are the exported, lost and waiting ones. */
export interface Delivery {
  readonly exporter: string;
  readonly exported: number;
  readonly lost: Readonly<Record<LossReason, number>>;
  /** Spans that wait or are being sent. */
  waiting(): number;
}

/** An exporter begins to lose spans, or takes them again. */
export interface DeliveryChange {
  readonly exporter: string;
  readonly failing: boolean;
  /** What it fails by, or failed by at first. */
  readonly reason: LossReason;
  readonly error?: unknown;
  /** Spans lost since it failed. */
  readonly lost: number;
}

/** Where an exporter's spans are booked. */
export interface Account extends Delivery {
  /** A batch is about to be sent. */
  begin(): void;
  deliver(count: number): void;
  lose(reason: LossReason, count: number, error?: unknown): void;
  /** Nothing is lost yet, but it will be if this goes on. */
  fail(reason: LossReason, error?: unknown): void;
}

/** Opens the account of an exporter. `changed` is told once when it fails, and once when it works. */
export function createAccount(
  exporter: string,
  waiting: () => number,
  changed: (change: DeliveryChange) => void,
): Account {
  const lost = Object.fromEntries(LOSS_REASONS.map((reason) => [reason, 0])) as Record<
    LossReason,
    number
  >;
  let exported = 0;
  let failing: { reason: LossReason; lost: number } | undefined;
  let lostSinceBegin = false;

  function fail(reason: LossReason, error?: unknown): void {
    // A queue that is full is what people see first of an exporter that fails, and not why it does.
    if (failing !== undefined && (failing.reason !== 'queue_full' || reason === 'queue_full'))
      return;
    failing = { reason, lost: failing?.lost ?? 0 };
    changed({ exporter, failing: true, error, ...failing });
  }

  return {
    exporter,
    lost,
    waiting,
    get exported() {
      return exported;
    },
    begin() {
      lostSinceBegin = false;
    },
    deliver(count) {
      exported += count;
      // One that takes a part, or too little in its time, would otherwise work and fail in turn.
      if (failing === undefined || lostSinceBegin) return;
      changed({ exporter, failing: false, ...failing });
      failing = undefined;
    },
    lose(reason, count, error) {
      if (count === 0) return;
      lost[reason] += count;
      lostSinceBegin = true;
      fail(reason, error);
      if (failing !== undefined) failing.lost += count;
    },
    fail,
  };
}
