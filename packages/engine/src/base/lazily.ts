// What takes long to make and is not always needed: a schema that is compiled takes tens of milliseconds, which every start would pay.

/** Makes it when it is first asked for, once. */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
