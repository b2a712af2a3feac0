import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from '../core/rules.js';
import type { Check } from '../model/check.js';
import { abortable } from './abortable.js';
import { createLatencyJudge, type LatencyThresholds, latencyRules } from './latency.js';
import { port, refuseInvalid } from './options.js';

/** Options of {@link tcp}. */
export interface TcpCheckOptions extends LatencyThresholds {
  /** A name or an address. */
  host: string;
  port: number;
}

/**
 * Whether something accepts connections at a port. That is the least that can be known: a process
 * that is frozen still has its connections accepted by the system, until its queue is full. Details:
 * `latency_ms`, with the look-up of the name.
 *
 * @throws TelltaleError when an option cannot be meant.
 * @example
 * monitoring.health.register('mail', tcp({ host: 'mail.internal', port: 25 }));
 */
export function tcp(options: TcpCheckOptions): Check {
  const rules = { host: text, port, ...latencyRules };
  refuseInvalid('tcp', options, rules, ['host', 'port']);
  const judge = createLatencyJudge('tcp', options);
  const { host, port: number } = options;
  return async function checkTcp(signal) {
    signal.throwIfAborted();
    const started = performance.now();
    // An error right after the connection changes nothing, but would end the process.
    const socket = connect({ host, port: number }).on('error', () => {});
    try {
      await abortable(signal, once(socket, 'connect'));
      return judge(started);
    } finally {
      socket.destroy();
    }
  };
}
