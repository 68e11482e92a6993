// Planting a bug: replaces a method on one object only; the prototype, and so whatever is rebuilt for comparison, stays right.

/** For good, or until the returned function is called. */
export function patch<T extends object, K extends keyof T>(object: T, name: K, replacement: T[K]): () => void {
  Object.defineProperty(object, name, { value: replacement, configurable: true });
  return () => void Reflect.deleteProperty(object, name);
}
