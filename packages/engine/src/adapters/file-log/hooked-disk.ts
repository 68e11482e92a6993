// A disk whose every call that changes something passes a hook first: tests hold syncs back, fail the n-th write, or record the order.
// For tests only.
import type { Disk, DiskFile } from '../../ports/disk.js';

export type DiskCall = 'write' | 'preallocate' | 'truncate' | 'sync' | 'create' | 'rename' | 'remove' | 'syncFolder';

/** May throw (or reject) in place of the call; a promise holds back the asynchronous ones. */
export type DiskHook = (call: DiskCall, path: string) => Promise<void> | void;

export function hookedDisk(disk: Disk, hook: DiskHook): Disk {
  const wrap = (path: string, file: DiskFile): DiskFile => ({
    size: () => file.size(),
    read: (at, length) => file.read(at, length),
    write: (at, bytes) => {
      void hook('write', path);
      file.write(at, bytes);
    },
    preallocate: async (bytes) => {
      await hook('preallocate', path);
      await file.preallocate(bytes);
    },
    truncate: (size) => {
      void hook('truncate', path);
      file.truncate(size);
    },
    sync: async () => {
      await hook('sync', path);
      await file.sync();
    },
    close: () => file.close(),
  });
  return {
    list: (folder) => disk.list(folder),
    makeFolder: (folder) => disk.makeFolder(folder),
    open: (path, options) => {
      if (options?.create === true && !disk.exists(path)) void hook('create', path);
      return wrap(path, disk.open(path, options));
    },
    exists: (path) => disk.exists(path),
    rename: (from, to) => {
      void hook('rename', to);
      disk.rename(from, to);
    },
    remove: (path) => {
      void hook('remove', path);
      disk.remove(path);
    },
    syncFolder: async (folder) => {
      await hook('syncFolder', folder);
      await disk.syncFolder(folder);
    },
    lock: (folder) => disk.lock(folder),
  };
}
