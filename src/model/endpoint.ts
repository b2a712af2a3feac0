/** A request to one of telltale's own endpoints, free of any framework. */
export interface EndpointRequest {
  readonly method: string;
  /** The path without the query string. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Address of the peer's socket. */
  readonly remoteAddress: string | undefined;
}

/** The answer of an endpoint. Headers and length are complete: an adapter only writes them. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A list is sent piece by piece, and others are served in between. */
  readonly body: string | Uint8Array | readonly Uint8Array[];
}

/** One path that telltale answers itself, before the application sees the request. */
export interface Endpoint {
  readonly path: string;
  handle(request: EndpointRequest): Reply | Promise<Reply>;
}
