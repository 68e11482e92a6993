// What the sequencer asks about ids and people; understand/ answers.

export interface People {
  /** Is an event of this id in the log? */
  has(subject: string): boolean;
  /** All ids of the person, in order, with links on their way to the disk; and when the newest of them was made, -1 when there is none. */
  personAhead(subject: string): { readonly ids: readonly string[]; readonly linkedAt: number };
  isLinkedAhead(one: string, other: string): boolean;
  /** A link has been placed, or its end (null). */
  setAhead(one: string, other: string, linkedAt: number | null): void;
  /** It could not be written. */
  resetAhead(one: string, other: string): void;
}
