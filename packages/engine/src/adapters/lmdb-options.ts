// How the LMDB environment is opened, the same in the thread that reads and in the thread that writes.
// Options chosen: overlappingSync off (the plain LMDB order of syncs) with safeRestore on top; eventTurnBatching off, because nothing is
// written but in whole transactions. `safeRestore` is missing from the library's types, hence an object of its own.
export const lmdbOptions = {
  noSubdir: false,
  keyEncoding: 'binary',
  encoding: 'binary',
  safeRestore: true,
  overlappingSync: false,
  eventTurnBatching: false,
} as const;

/** The longest key: the library's own limit at pages of 4 KiB. */
export const keyBytesMax = 1978;
