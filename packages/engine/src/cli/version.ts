// The version of the package, as its package.json says it.
import { readFileSync } from 'node:fs';

export function version(): string {
  const found: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const text: unknown = typeof found === 'object' && found !== null && 'version' in found ? found.version : undefined;
  return typeof text === 'string' ? text : 'unknown';
}
