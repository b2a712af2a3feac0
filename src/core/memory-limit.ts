import { totalmem } from 'node:os';

/** Bytes that the process may use: a container's limit where there is one, otherwise the RAM. */
export function memoryLimit(): number {
  const constrained = process.constrainedMemory();
  // 0 and the largest page-aligned number are how systems say "no limit".
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
}
