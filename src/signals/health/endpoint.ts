import type { Endpoint, Reply } from '../../model/endpoint.js';
import { after } from './after.js';
import { formatOf, type HealthFormat, replyWith } from './reply.js';
import type { Reporter } from './reporter.js';
import type { Snapshot } from './snapshot.js';
import type { Visibility } from './visibility.js';

/** What an endpoint of health needs. */
export interface HealthEndpointParts {
  snapshot: Reporter['snapshot'];
  visibility: Visibility;
  /** Milliseconds that an answer may take. */
  budget: number;
}

/**
 * The endpoint of a probe or group. healthy and degraded are 200, unhealthy and unknown 503. An
 * answer that is known already is given without waiting for anything.
 */
export function healthEndpoint(path: string, of: string, parts: HealthEndpointParts): Endpoint {
  const { snapshot, visibility, budget } = parts;
  return {
    path,
    handle(request) {
      const format = formatOf(request.headers.accept);
      const made = snapshot(of);
      if (!(made instanceof Promise) && (format === 'text' || made.entries.length === 0)) {
        return replyWith(made, format, false);
      }
      const sees = visibility(request);
      if (made instanceof Promise || typeof sees !== 'boolean') {
        return replyLater(made, format, sees, budget);
      }
      return replyWith(made, format, sees);
    },
  };
}

async function replyLater(
  made: Snapshot | Promise<Snapshot>,
  format: HealthFormat,
  sees: boolean | Promise<boolean>,
  budget: number,
): Promise<Reply> {
  const answers = [made, inTime(sees, budget)] as const;
  const [snapshot, details] = await Promise.all(answers);
  return replyWith(snapshot, format, details);
}

/** Who is slow to say that details may be seen must not make the probe fail. */
async function inTime(sees: boolean | Promise<boolean>, budget: number): Promise<boolean> {
  if (typeof sees === 'boolean') return sees;
  let callOff: (() => void) | undefined;
  const late = new Promise<boolean>((resolve) => {
    callOff = after(budget, () => resolve(false), true);
  });
  const answer = await Promise.race([sees, late]);
  callOff?.();
  return answer;
}
