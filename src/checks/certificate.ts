import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { classifyFault } from '../core/fault.js';
import { flag, text } from '../core/rules.js';
import type { Check, CheckResult } from '../model/check.js';
import { abortable } from './abortable.js';
import { amountOf, port, refuse, refuseInvalid } from './options.js';
import { type Pem, pem } from './pem.js';
import { round } from './threshold.js';

/** Options of {@link certificate}. */
export interface CertificateCheckOptions {
  /** A name or an address. */
  host: string;
  /** @default 443 */
  port?: number;
  /**
   * The name to ask for, which the certificate must hold.
   *
   * @default host
   */
  servername?: string;
  /**
   * Days that are left, below which the check is degraded.
   *
   * @default 21, or `fail` where that is more
   */
  warn?: number;
  /**
   * Days that are left, below which the check is unhealthy.
   *
   * @default 3, or `warn` where that is less
   */
  fail?: number;
  /**
   * Whether a chain that cannot be verified makes the check unhealthy. With `false` only the dates
   * count.
   *
   * @default true
   */
  rejectUnauthorized?: boolean;
  /**
   * Certificates of the authorities to trust, in PEM.
   *
   * @default those of Node
   */
  ca?: Pem;
}

const PORT = 443;
const WARN_DAYS = 21;
const FAIL_DAYS = 3;
const DAY_MS = 24 * 60 * 60 * 1000;

const days = amountOf('days');

/**
 * How long the certificate of a TLS server is still valid, and whether its chain is. Of a chain the
 * first one to expire counts, without the root. Details: `days_left`.
 *
 * @throws TelltaleError when an option cannot be meant.
 * @example
 * const check = certificate({ host: 'shop.example', warn: 30 });
 * monitoring.health.register('certificate', check, { critical: false, cacheFor: 3_600_000 });
 */
export function certificate(options: CertificateCheckOptions): Check {
  const rules = {
    host: text,
    port,
    servername: text,
    warn: days,
    fail: days,
    rejectUnauthorized: flag,
    ca: pem,
  };
  refuseInvalid('certificate', options, rules, ['host']);
  const {
    host,
    servername = isIP(host) ? undefined : host,
    warn = Math.max(WARN_DAYS, options.fail ?? 0),
    fail = Math.min(FAIL_DAYS, options.warn ?? FAIL_DAYS),
    rejectUnauthorized = true,
  } = options;
  if (fail > warn) {
    refuse('certificate', `expected 0 <= fail <= warn days, got fail ${fail} and warn ${warn}`);
  }
  const target = {
    host,
    port: options.port ?? PORT,
    // Judged below, with the figures, which an error would not have.
    rejectUnauthorized: false,
    ...(servername !== undefined && { servername }),
    ...(options.ca !== undefined && { ca: [options.ca].flat() as (string | Buffer)[] }),
  };

  return async function checkCertificate(signal) {
    signal.throwIfAborted();
    // An error after the handshake changes nothing, but would end the process.
    const socket = connect(target).on('error', () => {});
    try {
      await abortable(signal, once(socket, 'secureConnect'));
      const left = daysLeft(socket);
      const details = { days_left: round(left) };
      const distrust = rejectUnauthorized ? authorizationError(socket) : undefined;
      if (distrust !== undefined) return { ...distrusted(distrust), details };
      if (left >= warn) return { status: 'healthy', details };
      const message = `the certificate is valid for ${round(left)} days`;
      if (left >= fail) {
        return { status: 'degraded', message: `${message} (limit ${warn} days)`, details };
      }
      return { status: 'unhealthy', message: `${message} (limit ${fail} days)`, details };
    } finally {
      socket.destroy();
    }
  };
}

/** Node has an error there, or its code alone, whatever its types say. */
function authorizationError(socket: TLSSocket): unknown {
  return socket.authorized ? undefined : (socket.authorizationError ?? 'CERT_UNTRUSTED');
}

function distrusted(error: unknown): CheckResult {
  const code = String((error as NodeJS.ErrnoException).code ?? error);
  return {
    status: 'unhealthy',
    class: classifyFault({ code }),
    message: `the certificate cannot be trusted: ${code}`,
  };
}

function daysLeft(socket: TLSSocket): number {
  const leaf = socket.getPeerCertificate(true);
  let ends = Date.parse(leaf.valid_to);
  // A root has itself as its issuer, and nobody looks at its dates.
  for (let one = leaf; !isRoot(one); one = one.issuerCertificate) {
    ends = Math.min(ends, Date.parse(one.valid_to));
  }
  return (ends - Date.now()) / DAY_MS;
}

function isRoot({ fingerprint256, issuerCertificate }: DetailedPeerCertificate): boolean {
  return issuerCertificate === undefined || issuerCertificate.fingerprint256 === fingerprint256;
}
