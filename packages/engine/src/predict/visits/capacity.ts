// How the columns of the index grow: by an eighth, so that at most one cell in nine stands empty.
// Why not by doubling: memory per event is a stated bound of this index; copying each cell about nine times in all costs less than it
// saves.

const CELLS_MIN = 64;

/** The capacity of a column that has to hold `needed` cells and now holds `capacity`. */
export const grownCapacity = (capacity: number, needed: number): number => Math.max(CELLS_MIN, needed, capacity + (capacity >>> 3));

/** A longer copy of a column; new cells are zero. */
export const widened32 = (column: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> => {
  const wider = new Uint32Array(capacity);
  wider.set(column);
  return wider;
};

export const widened16 = (column: Uint16Array, capacity: number): Uint16Array<ArrayBuffer> => {
  const wider = new Uint16Array(capacity);
  wider.set(column);
  return wider;
};
