/** What comes to one app or server, as far as ending it goes. */
export interface Traffic {
  /** Whether new connections are accepted. */
  readonly accepting: boolean;
  /** Whether the app runs hooks of its own because it is being closed here. */
  readonly inHooks: boolean;
  /** Asks clients to come back by a new connection, and serves all of them as before. */
  drain(): void;
  /** Accepts nothing new. Resolves when every connection has ended, each after its last answer. */
  close(): Promise<void>;
  /** Cuts the connections that are left, and says how many there were. */
  cut(): number;
  /** Leaves the app or server as it was. */
  release(): void;
}
