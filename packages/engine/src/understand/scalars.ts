// A flat list of texts and numbers: how the traits of a person are stored. One list instead of a tree of small ones: each list and object
// of its own is one more place in memory to wait for at every event, to collect, and to write. The numbers are small integers where they
// can be (a time as its day and the ms since): a larger one in such a list lies in a place of its own.

export type Scalar = string | number | boolean;

/** Plain JSON. */
export type Scalars = Scalar[];

/** The number at a place where there is one by the form of the list. */
export function numberAt(list: readonly Scalar[], at: number): number {
  const found = list[at];
  return typeof found === 'number' ? found : 0;
}

/** As `numberAt`. */
export function textAt(list: readonly Scalar[], at: number): string {
  const found = list[at];
  return typeof found === 'string' ? found : '';
}
