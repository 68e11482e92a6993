// A word of a command line that we print for somebody to paste: quoted for a POSIX shell where it would not stand as it is. Non-goal: a
// shell of our own; nothing here is run.

const plainWord = /^[\w@%+=:,./-]+$/u;

export function shellQuoted(word: string): string {
  return plainWord.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
