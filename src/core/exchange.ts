import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Exchange, ExchangeEnd } from '../model/adapter.js';
import { CLIENT_CLOSED_REQUEST, type HttpFacts, UNMATCHED } from '../model/http.js';
import type { LabelValues } from '../model/operation.js';
import type { Diagnostics } from './diagnostics.js';
import type { Picks } from './filter.js';
import { LiveOperation } from './operation.js';
import type { Plan } from './plan.js';
import { withoutUserinfo } from './redact-url.js';
import { requestIdOf } from './request-id.js';
import type { Scopes } from './scope.js';
import { pathOf } from './target.js';

/** The labels of an HTTP request's operation. */
interface HttpLabels extends LabelValues<string> {
  method: string;
  route: string;
  status: string;
}

/** Loggers, of which nothing is known here but that they are objects. */
export interface RequestLogs {
  readonly logger: object;
  ofRequest(logger: object, operation: LiveOperation): object;
}

/** What all exchanges of one Monitoring share. */
export interface ExchangeParts {
  readonly plan: Plan;
  readonly scopes: Scopes;
  /** Whether each request has its id from the start; otherwise from when somebody asks for it. */
  readonly identified: boolean;
  readonly diagnostics: Diagnostics;
  readonly logs: RequestLogs;
  /** Name of the header that sends the request id back. */
  readonly echo: string | undefined;
  readonly slowSeconds: number;
  readonly isUnlogged: Picks;
  readonly isUntraced: Picks;
  /** Finds the client behind trusted proxies; absent when none is trusted. */
  readonly clientOf: ((http: HttpFacts) => string | undefined) | undefined;
  /** Labels of the user's own, each read when the request ends. */
  readonly labels: readonly { name: string; read: (request: IncomingMessage) => unknown }[];
}

/**
 * One HTTP request and its operation. What observers ask for seldom is read from the request when
 * they ask; method and target are read at once, because applications overwrite them.
 */
export class HttpExchange implements Exchange, HttpFacts {
  readonly method: string;
  readonly target: string;
  readonly operation: LiveOperation;
  route = UNMATCHED;
  status = 0;
  aborted = false;
  readonly logged: boolean;
  readonly traced: boolean;
  responseBytes: number | undefined = undefined;
  notes: unknown = undefined;
  #requestId: string;
  readonly #request: IncomingMessage;
  // Read while the request is as Node made it: frameworks give it another prototype, after which
  // every property costs a look-up in full.
  readonly #headers: IncomingHttpHeaders;
  readonly #socket: Socket | undefined;
  /** Found when the request begins, while its connection is sure to be there. */
  readonly #client: string | undefined;
  #log: object | undefined = undefined;
  readonly #labels: HttpLabels;
  readonly #parts: ExchangeParts;

  /** @param requestId is empty when nobody has given it one. */
  constructor(parts: ExchangeParts, request: IncomingMessage, requestId: string) {
    this.method = request.method ?? 'GET';
    this.target = request.url ?? '/';
    this.#request = request;
    this.#headers = request.headers;
    this.#requestId = requestId === '' && parts.identified ? requestIdOf(this.#headers) : requestId;
    this.#socket = request.socket;
    this.#parts = parts;
    this.#client = parts.clientOf?.(this);
    this.logged = parts.isUnlogged === undefined || !parts.isUnlogged(request);
    this.traced = parts.isUntraced === undefined || !parts.isUntraced(request);
    this.#labels = { method: methodLabel(this.method), route: UNMATCHED, status: '' };
    this.operation = new LiveOperation(
      parts.plan,
      this.#labels.method,
      this.#labels,
      parts.scopes.active(),
      this,
      undefined,
    );
  }

  get requestId(): string {
    if (this.#requestId === '') this.#requestId = requestIdOf(this.#headers);
    return this.#requestId;
  }

  get echo(): string | undefined {
    return this.#parts.echo;
  }

  get slow(): boolean {
    return this.operation.duration >= this.#parts.slowSeconds;
  }

  get path(): string {
    const path = pathOf(this.target);
    // A proxy is sent whole addresses, which may have a user and password.
    return path.includes('://') ? withoutUserinfo(path) : path;
  }

  get scheme(): 'http' | 'https' {
    return (this.#socket as Partial<TLSSocket> | undefined)?.encrypted ? 'https' : 'http';
  }

  get host(): string | undefined {
    return this.header('host') ?? this.header(':authority');
  }

  get peerAddress(): string | undefined {
    return this.#socket?.remoteAddress;
  }

  get clientAddress(): string | undefined {
    return this.#parts.clientOf === undefined ? this.peerAddress : this.#client;
  }

  get userAgent(): string | undefined {
    return this.header('user-agent');
  }

  get protocolVersion(): string {
    return this.#request.httpVersion;
  }

  get requestBytes(): number | undefined {
    return bytesOf(this.#headers['content-length']);
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  isOf(request: object): boolean {
    return this.#request === request;
  }

  log(from?: object): object {
    const { logs } = this.#parts;
    if (from !== undefined) return logs.ofRequest(from, this.operation);
    this.#log ??= logs.ofRequest(logs.logger, this.operation);
    return this.#log;
  }

  within<T>(fn: () => T): T {
    return this.#parts.scopes.run(this.operation, fn);
  }

  matched(route: string | undefined): void {
    this.route = route ?? UNMATCHED;
  }

  failed(error: unknown): void {
    this.operation.error = error;
  }

  fault(error: unknown): void {
    this.#parts.diagnostics.caught('adapters', error);
  }

  close(end: ExchangeEnd): void {
    if (this.operation.ended) return;
    this.aborted = end.aborted === true;
    this.status = this.aborted ? CLIENT_CLOSED_REQUEST : end.status;
    this.responseBytes = end.responseBytes;
    this.#labels.route = this.route;
    this.#labels.status = statusLabel(this.status);
    for (const { name, read } of this.#parts.labels) {
      this.#labels[name] = labelOf(read(this.#request));
    }
    this.operation.name = nameOf(this.#labels);
    this.operation.end(this.aborted ? 'aborted' : this.status >= 500 ? 'error' : 'ok');
  }
}

const OTHER_METHOD = '_OTHER';
const METHODS = new Set('GET HEAD POST PUT PATCH DELETE OPTIONS CONNECT TRACE QUERY'.split(' '));

/** The known methods; any other is `_OTHER`, as OpenTelemetry's HTTP conventions name it. */
function methodLabel(method: string): string {
  return METHODS.has(method) ? method : OTHER_METHOD;
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#name */
function nameOf({ method, route }: HttpLabels): string {
  const known = method === OTHER_METHOD ? 'HTTP' : method;
  return route === UNMATCHED ? known : `${known} ${route}`;
}

const STATUSES = Array.from({ length: 600 }, (_, status) => String(status));

function statusLabel(status: number): string {
  return STATUSES[status] ?? 'invalid';
}

const LONGEST_LABEL = 128;

function labelOf(value: unknown): string {
  return value === undefined || value === null ? '' : String(value).slice(0, LONGEST_LABEL);
}

function bytesOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const bytes = Number(header);
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined;
}
