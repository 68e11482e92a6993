// One folder of the simulator's disk: the names that every reader sees, those that a power cut would surely leave, and what happened
// in between. A power cut keeps a prefix of them, as a journalling file system does, or, when asked, any subset, as POSIX would allow.
import type { UnsyncedFile } from './unsynced-file.js';
import type { SeededRandom } from './seeded-random.js';

export type FolderFate = 'prefix' | 'subset' | 'none';

/** What happens at once: each name gets a node, or loses its own (null). A rename is two. */
type NameChange = readonly (readonly [name: string, node: DiskNode | null])[];

export type DiskNode = UnsyncedFile | UnsyncedFolder;

export class UnsyncedFolder {
  current = new Map<string, DiskNode>();
  readonly #durable = new Map<string, DiskNode>();
  #pending: { readonly seq: number; readonly change: NameChange }[] = [];
  #seq = 0;

  get seq(): number {
    return this.#seq;
  }

  change(...change: NameChange): void {
    apply(this.current, change);
    this.#pending.push({ seq: ++this.#seq, change });
  }

  synced(seq: number): void {
    for (const operation of this.#pending) if (operation.seq <= seq) apply(this.#durable, operation.change);
    this.#pending = this.#pending.filter((operation) => operation.seq > seq);
  }

  powerCut(fate: FolderFate, random: SeededRandom): void {
    const kept = fate === 'prefix' ? random.int(this.#pending.length + 1) : 0;
    this.#pending.forEach(({ change }, index) => {
      if (fate === 'subset' ? random.chance(0.5) : index < kept) apply(this.#durable, change);
    });
    this.#pending = [];
    this.current = new Map(this.#durable);
  }
}

function apply(names: Map<string, DiskNode>, change: NameChange): void {
  for (const [name, node] of change) {
    if (node === null) names.delete(name);
    else names.set(name, node);
  }
}
