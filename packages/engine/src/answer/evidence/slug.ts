/** The name of an entry of the registry, as links need it. */
export function slug(kind: string, name: string): string {
  return `${kind}-${name.replace(/[^A-Za-z0-9]+/g, '-')}`;
}
