import type { Child } from './child.mjs';
import type { Subject } from './subject.mjs';

export function drive(
  subject: Subject,
  load: Child,
  plan: { connections: number; count: number },
): Promise<unknown>;
