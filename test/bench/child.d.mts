/** A child process that answers questions. */
export interface Child {
  ask(name: string, data?: unknown, timeout?: number): Promise<unknown>;
  stop(): Promise<void>;
}

export function startChild(core: number, script: string, args?: readonly string[]): Promise<Child>;
