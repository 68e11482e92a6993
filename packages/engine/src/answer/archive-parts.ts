// The growing files of an archive: text is gathered by file and given out as entries when there is much of it, or at the end. Memory holds
// limits.archivePartChars of text, however long the files become. A file that is given out more than once comes in numbered parts.
import { limits } from '../base/limits.js';
import type { ZipEntry } from './zip.js';

interface Growing {
  readonly head: string;
  lines: string[];
  parts: number;
}

export class ArchiveParts {
  readonly #files = new Map<string, Growing>();
  readonly #partChars: number;
  #chars = 0;

  constructor(partChars: number = limits.archivePartChars) {
    this.#partChars = partChars;
  }

  /** Adds a line to the file; `head`: the first line of each of its parts. */
  add(name: string, line: string, head = ''): void {
    let file = this.#files.get(name);
    if (file === undefined) this.#files.set(name, (file = { head, lines: [], parts: 0 }));
    file.lines.push(line);
    this.#chars += line.length;
  }

  /** Is there so much that it should be given out? */
  get isFull(): boolean {
    return this.#chars >= this.#partChars;
  }

  /** What was gathered, as entries; forgotten as it is taken. `last`: nothing follows. */
  *take(last: boolean): Iterable<ZipEntry> {
    for (const [name, file] of this.#files) {
      if (file.lines.length === 0) continue;
      file.parts += 1;
      const lines = file.head === '' ? file.lines : [file.head, ...file.lines];
      file.lines = [];
      yield { name: last && file.parts === 1 ? name : numbered(name, file.parts), bytes: Buffer.from(`${lines.join('\n')}\n`, 'utf8') };
    }
    this.#chars = 0;
  }
}

function numbered(name: string, part: number): string {
  const dot = name.lastIndexOf('.');
  return `${name.slice(0, dot)}-${part}${name.slice(dot)}`;
}
