// Exit codes of the command line; help and docs/cli.md are made from this table.
export const exitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  failStop: 70,
  interrupted: 130,
} as const;

export const exitMeans: { readonly [Name in keyof typeof exitCode]: string } = {
  ok: 'done',
  failed: 'it failed; the registered code stands on stderr, or under `error` with --json',
  usage: 'the command line itself was wrong',
  failStop: 'a write or sync failed, or an invariant broke: the process stopped. Start it again',
  interrupted: 'interrupted; what was done is kept, and the same command goes on from there',
};
