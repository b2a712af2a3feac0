import type { CheckReport, FaultClass, HealthStatus } from '../../model/check.js';
import type { Entry } from './snapshot.js';

const MESSAGES: Readonly<Record<FaultClass, string>> = {
  timeout: 'no answer in time',
  refused: 'the connection was refused',
  dns: 'the name was not resolved',
  auth: 'the credentials were not accepted',
  exhausted: 'nothing is left to serve with',
  loading: 'it is still starting',
  readonly: 'it takes no writes',
  error: 'the check failed',
};

/** What everybody may see of a check. */
export interface GenericReport {
  status: HealthStatus;
  class?: FaultClass;
  message?: string;
}

/** A check's report without its own words and figures: hosts, users and statements stand in them. */
export function genericReport({ report, own }: Entry): GenericReport {
  const { status, class: why } = report;
  const message = own ? report.message : messageOf(report);
  return {
    status,
    ...(why !== undefined && { class: why }),
    ...(message !== undefined && { message }),
  };
}

function messageOf({ status, class: why }: CheckReport): string | undefined {
  if (why !== undefined) return MESSAGES[why];
  return status === 'unknown' ? 'no recent result' : undefined;
}
