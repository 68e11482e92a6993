// Exit codes of the command line; docs and help list the same.
export const exitCode = {
  ok: 0,
  /** It failed; the registered code stands on stderr, or under `error` with --json. */
  failed: 1,
  /** The command line itself was wrong. */
  usage: 2,
  /** A write or sync failed, or an invariant broke: the process stopped. Start it again. */
  failStop: 70,
  /** Interrupted; what was done is kept, the same command goes on from there. */
  interrupted: 130,
} as const;
