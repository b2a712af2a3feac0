import type { FaultClass } from '../model/check.js';

/**
 * Why a dependency failed, told from what was thrown: by the codes of Node, PostgreSQL, Redis, TLS
 * and undici, in the error itself, in its causes and in the parts of an AggregateError; by the names
 * of errors that have no code; only then by what the message says. Never throws.
 */
export function classifyFault(error: unknown): FaultClass {
  const parts = partsOf(error);
  for (const by of [byCode, byReply, byName, byWords]) {
    for (const part of parts) {
      const found = by(part);
      if (found !== undefined) return found;
    }
  }
  return 'error';
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html, Node's and undici's error codes */
const CODES = table({
  timeout: `ETIMEDOUT ESOCKETTIMEDOUT ABORT_ERR UND_ERR_ABORTED UND_ERR_CONNECT_TIMEOUT
    UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT ERR_SOCKET_CONNECTION_TIMEOUT
    57014 57P05 25P03 25P04 55P03`,
  refused: `ECONNREFUSED ECONNRESET ECONNABORTED EPIPE EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN
    ENOTCONN ERR_STREAM_PREMATURE_CLOSE UND_ERR_SOCKET UND_ERR_CLOSED UND_ERR_DESTROYED
    57P01 57P02 57P04`,
  dns: 'ENOTFOUND EAI_AGAIN EAI_FAIL EAI_NODATA EAI_NONAME ESERVFAIL ENODATA EREFUSED EBADNAME',
  auth: 'EACCES EPERM 42501 UNABLE_TO_VERIFY_LEAF_SIGNATURE HOSTNAME_MISMATCH INVALID_CA',
  exhausted: 'EMFILE ENFILE ENOMEM ENOBUFS ENOSPC EDQUOT EAGAIN EADDRNOTAVAIL',
  loading: '57P03',
  readonly: 'EROFS 25006',
});

/** Whole classes of SQLSTATE, by their first two characters. */
const SQLSTATE_CLASSES = table({ refused: '08', auth: '28', exhausted: '53' });

/** The word with which Redis begins an error. */
const REPLIES = table({
  auth: 'WRONGPASS NOAUTH NOPERM DENIED',
  exhausted: 'OOM BUSY',
  loading: 'LOADING MASTERDOWN',
  readonly: 'READONLY NOREPLICAS MISCONF',
});

/** Errors that say nothing but their name. */
const NAMES = table({
  timeout: `AbortError TimeoutError ConnectionTimeoutError SocketTimeoutError
    SocketTimeoutDuringMaintenanceError CommandTimeoutDuringMaintenanceError`,
  refused: `SocketClosedUnexpectedlyError ClientClosedError ClientOfflineError
    DisconnectsClientError RootNodesUnavailableError MaxRetriesPerRequestError`,
});

/** What messages say, for errors without a code and for what is no error at all. */
const WORDS: readonly [RegExp, FaultClass][] = [
  [
    /max(?:imum)? number of clients|too many (?:clients|connections)|connection slots/i,
    'exhausted',
  ],
  [/no more connections allowed|pool is full|out of memory/i, 'exhausted'],
  [/timed? ?out|timeout/i, 'timeout'],
  [/getaddrinfo|\bdns\b/i, 'dns'],
  [/password|authenticat|not permitted to log in|permission denied|certificate/i, 'auth'],
  [/read[- ]?only/i, 'readonly'],
  [/shutting down|connection[^.]{0,24}(?:closed|terminated|lost|refused|reset)/i, 'refused'],
  [/socket (?:closed|hang up)|other side closed|client is (?:closed|offline)/i, 'refused'],
  [/starting up|loading/i, 'loading'],
];

function byCode(part: unknown): FaultClass | undefined {
  const syscall = text(part, 'syscall');
  if (/^(?:getaddrinfo|query[A-Z])/.test(syscall)) return 'dns';
  const code = text(part, 'code');
  // A socket of the file system that is not there has nobody listening.
  if (code === 'ENOENT') return syscall === 'connect' ? 'refused' : undefined;
  // PostgreSQL has one code for a server that starts and for one that stops.
  if (code === '57P03' && /shutting down/.test(messageOf(part))) return 'refused';
  if (/CERT|UNKNOWN_CA/.test(code)) return 'auth';
  return (
    CODES.get(code) ?? (code.length === 5 ? SQLSTATE_CLASSES.get(code.slice(0, 2)) : undefined)
  );
}

function byReply(part: unknown): FaultClass | undefined {
  return REPLIES.get(/^-?([A-Z]+)\b/.exec(messageOf(part))?.[1] ?? '');
}

function byName(part: unknown): FaultClass | undefined {
  // node-redis leaves `name` as it is and tells its errors apart by their classes.
  return NAMES.get(text(part, 'name')) ?? NAMES.get(text(read(part, 'constructor'), 'name'));
}

function byWords(part: unknown): FaultClass | undefined {
  const message = messageOf(part);
  for (const word of message.match(/\b(?:E|UND_ERR_)[A-Z_]{3,}\b/g) ?? []) {
    const found = CODES.get(word);
    if (found !== undefined) return found;
  }
  return WORDS.find(([pattern]) => pattern.test(message))?.[1];
}

const MOST_PARTS = 32;
const CAUSES = ['cause', 'original', 'originalError', 'socketError'];

/** The error, what caused it and what it is made of, outermost first. */
function partsOf(error: unknown): ReadonlySet<unknown> {
  const parts = new Set([error]);
  // A set that grows while it is walked is walked to its new end.
  for (const part of parts) {
    const list = read(part, 'errors');
    for (let i = 0; i < MOST_PARTS; i++) add(read(list, String(i)));
    for (const key of CAUSES) add(read(part, key));
  }
  return parts;

  function add(part: unknown): void {
    if (part !== undefined && part !== null && parts.size < MOST_PARTS) parts.add(part);
  }
}

const LONGEST_MESSAGE = 1000;

function messageOf(part: unknown): string {
  return (typeof part === 'string' ? part : text(part, 'message')).slice(0, LONGEST_MESSAGE);
}

function text(part: unknown, key: string): string {
  const value = read(part, key);
  return typeof value === 'string' ? value : '';
}

/** Anything can be thrown, also what throws when it is looked at. */
function read(part: unknown, key: string): unknown {
  if (part === null || (typeof part !== 'object' && typeof part !== 'function')) return undefined;
  try {
    return (part as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function table(words: Partial<Record<FaultClass, string>>): ReadonlyMap<string, FaultClass> {
  const classes = Object.keys(words) as FaultClass[];
  return new Map(
    classes.flatMap((name) =>
      (words[name] ?? '').split(/\s+/).map((word) => [word, name] as const),
    ),
  );
}
