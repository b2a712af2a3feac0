/**
 * Replaces a method of one object by an own property. Returns what puts the object back as it was;
 * where somebody has replaced the method again since, theirs is left alone.
 */
export function override<Host extends object, Key extends keyof Host>(
  host: Host,
  key: Key,
  make: (original: Host[Key]) => Host[Key],
): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(host, key);
  const replacement = make(host[key]);
  Object.defineProperty(host, key, {
    value: replacement,
    configurable: true,
    writable: true,
    enumerable: descriptor?.enumerable ?? false,
  });
  return () => {
    if (host[key] !== replacement) return;
    if (descriptor === undefined) delete host[key];
    else Object.defineProperty(host, key, descriptor);
  };
}
