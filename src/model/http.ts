/** What is known of one HTTP request, read once and shared by metrics, logs and traces. */
export interface HttpFacts {
  /** The method as sent, upper or lower case. */
  readonly method: string;
  /** The request target as sent, query string included. */
  readonly target: string;
  /** The target's path without the query string. Never a label: see `route`. */
  readonly path: string;
  /** A route template such as `/users/:id`, or `unmatched`. */
  readonly route: string;
  /** The status answered; 499 when the client went away first; 0 until the end. */
  readonly status: number;
  readonly aborted: boolean;
  /** Whether it took longer than `requests.slow`; known at the end. */
  readonly slow: boolean;
  /** False when its line is not wanted. */
  readonly logged: boolean;
  /** False when its trace is not to be recorded here. */
  readonly traced: boolean;
  readonly requestId: string;
  readonly scheme: 'http' | 'https';
  readonly host: string | undefined;
  /** Address of the socket's other end: the client, or the proxy next to the service. */
  readonly peerAddress: string | undefined;
  /** Address of the client: that of the socket, unless `requests.trustProxy` believes a proxy. */
  readonly clientAddress: string | undefined;
  readonly userAgent: string | undefined;
  /** `1.0`, `1.1` or `2.0`. */
  readonly protocolVersion: string;
  /** Bytes of the request body as announced by `content-length`. */
  readonly requestBytes: number | undefined;
  /** Bytes of the response body, where they are known. */
  readonly responseBytes: number | undefined;
  /** One value of a request header, the first when there are several. */
  header(name: string): string | undefined;
}

/** The label of requests that no route of the application matched. */
export const UNMATCHED = 'unmatched';

/** nginx's status for a client that closed the connection before it was answered. */
export const CLIENT_CLOSED_REQUEST = 499;
