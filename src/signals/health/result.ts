import { classifyFault } from '../../core/fault.js';
import { redactSecrets } from '../../core/redact.js';
import { redactText } from '../../core/redact-text.js';
import type { CheckReport, CheckResult, FaultClass, HealthStatus } from '../../model/check.js';

/** From best to worst: what cannot be said is worse than what is slow, and better than what is down. */
const STATUSES: readonly unknown[] = ['healthy', 'degraded', 'unknown', 'unhealthy'];
const CLASSES: ReadonlySet<unknown> = new Set<FaultClass>([
  'timeout',
  'refused',
  'dns',
  'auth',
  'exhausted',
  'loading',
  'readonly',
  'error',
]);
const OWN = ['status', 'class', 'message', 'latency_ms'];
const MOST_DETAILS = 16_384;
const DEEPEST_CAUSE = 3;

/** How bad a status is; the higher the worse. */
export function severity(status: HealthStatus): number {
  return STATUSES.indexOf(status);
}

/** The worse of two statuses. */
export function worse(a: HealthStatus, b: HealthStatus): HealthStatus {
  return severity(a) >= severity(b) ? a : b;
}

/** What a check has returned, as a report shows it. Rubbish is unhealthy; this never throws. */
export function reportOfValue(value: unknown, latency: number): CheckReport {
  try {
    return toReport(interpret(value), latency);
  } catch (error) {
    return reportOfError(error, latency);
  }
}

/** What a check has thrown, as a report shows it. */
export function reportOfError(error: unknown, latency: number): CheckReport {
  return toReport(
    { status: 'unhealthy', class: classOf(error), message: messageOf(error) },
    latency,
  );
}

/** A check that did not answer in time. */
export function reportOfTimeout(message: string, latency: number): CheckReport {
  return toReport({ status: 'unhealthy', class: 'timeout', message }, latency);
}

/** A check of which nothing can be said. */
export function reportOfUnknown(message: string): CheckReport {
  return { status: 'unknown', message, latency_ms: 0 };
}

function interpret(value: unknown): CheckResult {
  if (value === undefined || value === true) return { status: 'healthy' };
  if (value === false) return { status: 'unhealthy', message: 'the check returned false' };
  const given = value as Partial<CheckResult> | null;
  const status = typeof given === 'object' ? given?.status : undefined;
  if (given === null || !isStatus(status)) {
    const message = 'the check returned neither nothing, a boolean, nor { status }';
    return { status: 'unhealthy', message };
  }
  return { status, class: given.class, message: given.message, details: given.details };
}

export function isStatus(value: unknown): value is HealthStatus {
  return STATUSES.includes(value);
}

function toReport(result: CheckResult, latency: number): CheckReport {
  const { status, message } = result;
  const fault = CLASSES.has(result.class) ? result.class : undefined;
  const why = status === 'unhealthy' ? (fault ?? 'error') : fault;
  return {
    status,
    ...(why !== undefined && { class: why }),
    ...(message !== undefined && { message: redactText(String(message)) }),
    latency_ms: Math.round(latency * 100) / 100,
    ...figuresOf(result.details),
  };
}

/** Details under names of their own. */
function figuresOf(details: unknown): Record<string, unknown> {
  const figures = plainDetails(details);
  for (const taken of OWN) delete figures[taken];
  return figures;
}

/** Details as they can be sent: what has no JSON is left out, rather than the whole report. */
function plainDetails(details: unknown): Record<string, unknown> {
  if (details === null || typeof details !== 'object') return {};
  try {
    const text = JSON.stringify(details, (_, value) =>
      typeof value === 'string' ? redactText(value) : value,
    );
    if (text.length > MOST_DETAILS) return { details: 'too large to be shown' };
    return redactSecrets(JSON.parse(text));
  } catch {
    return { details: 'not representable as JSON' };
  }
}

function classOf(error: unknown): FaultClass {
  try {
    return classifyFault(error);
  } catch {
    return 'error';
  }
}

/** An error may have no message but a code, or nothing but a cause. */
function messageOf(error: unknown, depth = 0): string {
  try {
    if (!(error instanceof Error)) return String(error);
    const { message, name, cause } = error;
    const own = message || String((error as NodeJS.ErrnoException).code ?? name);
    if (!(cause instanceof Error) || depth === DEEPEST_CAUSE) return own;
    return `${own}: ${messageOf(cause, depth + 1)}`;
  } catch {
    return 'the check threw what has no text';
  }
}
