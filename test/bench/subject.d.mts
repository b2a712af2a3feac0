import type { Child } from './child.mjs';

/** A server under test. */
export interface Subject {
  requests: number;
  readonly server: Child;
}

export function startSubject(parts: {
  framework: string;
  variant: object;
  dir: string;
  sink: Child;
}): Promise<Subject>;

export function finishSubject(
  subject: Subject,
  sink: Child,
): Promise<{ recorded: object; faults: string[] }>;
