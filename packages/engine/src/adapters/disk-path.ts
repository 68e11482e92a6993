// Paths as every disk takes them: relative, parts parted by '/', '' for the root. Callers are our own code, so a bad path is a bug.
import { assert } from '../base/assert.js';

/** The path itself, once it is known to stay inside the root. */
export function checkedPath(path: string): string {
  if (path !== '') for (const part of path.split('/')) checkPart(part);
  return path;
}

function checkPart(part: string): void {
  assert(part !== '' && part !== '.' && part !== '..', 'a disk path is relative and has no empty, "." or ".." part');
  assert(!part.includes('\\') && !part.includes('\0'), 'a disk path holds no backslash and no zero');
}

/** The folder that holds the name; '' for a name in the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
