// What the operating system says of a path that a command was given (it is missing, forbidden, of the wrong kind; the disk is full), as an
// error of the registry: an ordinary mistake, which whoever made it can mend, and no bug of the engine.
import { CodedError } from '../base/errors.js';
import { DiskError } from '../ports/disk.js';

/** Undefined for what is no such answer. `doing`: with which folder, since a Disk names paths below its root alone. */
export function pathRefusal(error: unknown, doing?: string): CodedError | undefined {
  if (error instanceof DiskError) {
    const detail = doing === undefined ? error.message : `${doing}: ${error.message}`;
    return new CodedError(error.code === 'no_space' ? 'disk_full' : 'path_refused', detail);
  }
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return undefined;
  const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  // Of system calls, those on files name a path; a write by a descriptor alone does not.
  const path = 'path' in error && 'syscall' in error && typeof error.path === 'string' ? error.path : undefined;
  if (path === undefined && !isFull) return undefined;
  return new CodedError(isFull ? 'disk_full' : 'path_refused', path === undefined ? error.code : `${path}: ${error.code}`);
}
