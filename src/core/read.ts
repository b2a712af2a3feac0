/** A member of anything, as far as it can be read: getters throw, and proxies refuse. */
export function read(value: unknown, key: string): unknown {
  try {
    return (value as Record<string, unknown> | undefined)?.[key];
  } catch {
    return undefined;
  }
}
