import type { HttpFacts } from '../../model/http.js';
import { createBudget } from './budget.js';
import type { TracesOptions } from './options.js';
import type { RemoteContext } from './propagation/format.js';
import type { Refusals } from './refusals.js';
import { ratioShare, routeShare, type Share } from './share.js';
import { isSampled } from './traceparent.js';

/** Decides, when work begins, whether it is recorded. */
export type Sampler = (
  traceId: string,
  parent: RemoteContext | undefined,
  http?: HttpFacts,
) => boolean;

/** The options that decide on sampling. */
export type SamplingOptions = Pick<
  TracesOptions,
  'sampleRatio' | 'sampleRoutes' | 'tracesPerSecond' | 'parentBased' | 'forcedPerSecond'
>;

const FORCED_PER_SECOND = 100;

/** Creates the sampler that the options ask for. */
export function createSampler(options: SamplingOptions, refusals: Refusals): Sampler {
  const { parentBased = true, forcedPerSecond = FORCED_PER_SECOND } = options;
  const share = shareOf(options);
  const begins = limited(share, options.tracesPerSecond, refusals);
  const mayForce = createBudget(forcedPerSecond, () => refusals.forced++);
  return function sample(traceId, parent, http) {
    if (parent === undefined || parent.undecided) return begins(traceId, http);
    if (!parent.isRemote) return isSampled(parent);
    if (!parentBased) return begins(traceId, http);
    return isSampled(parent) && (share(traceId, http) || mayForce());
  };
}

/** Records nothing, and passes on what was decided elsewhere: for a service without an exporter. */
export const passOn: Sampler = (_traceId, parent) => parent !== undefined && isSampled(parent);

function shareOf({ sampleRatio = 1, sampleRoutes }: SamplingOptions): Share {
  const ratio = ratioShare(sampleRatio);
  return sampleRoutes === undefined ? ratio : routeShare(sampleRoutes, ratio);
}

function limited(share: Share, perSecond: number | undefined, refusals: Refusals): Share {
  if (perSecond === undefined) return share;
  const mayBegin = createBudget(perSecond, () => refusals.begun++);
  return (traceId, http) => share(traceId, http) && mayBegin();
}
