// Where an export goes: stdout, or a new file that its owner alone may read, packed when its name ends in .gz. Writes wait for whoever
// reads slowly, so memory holds one chunk. Invariant: a file that is there is whole.
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { CodedError } from '../base/errors.js';
import { UsageError } from './arguments.js';
import { pathRefusal } from './path-refusal.js';
import type { Terminal } from './terminal.js';

const chunkChars = 64 * 1024;

export class ExportSink {
  readonly #terminal: Terminal;
  readonly #path: string | undefined;
  readonly #streams: readonly Writable[];
  #chunk = '';
  #failure: Error | undefined;

  private constructor(terminal: Terminal, path: string | undefined, streams: readonly Writable[]) {
    this.#terminal = terminal;
    this.#path = path;
    this.#streams = streams;
    for (const stream of streams)
      stream.on('error', (error) => {
        this.#failure ??= error;
      });
  }

  /** Throws UsageError when the file is there already, CodedError path_refused when it cannot be made. */
  static async open(terminal: Terminal, path: string | undefined): Promise<ExportSink> {
    if (path === undefined) return new ExportSink(terminal, path, []);
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    try {
      await once(file, 'open');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw new UsageError('the file of --out is there already');
      throw pathRefusal(error) ?? error;
    }
    if (!path.endsWith('.gz')) return new ExportSink(terminal, path, [file]);
    const packing = createGzip();
    packing.pipe(file);
    return new ExportSink(terminal, path, [packing, file]);
  }

  async line(text: string): Promise<void> {
    this.#chunk += `${text}\n`;
    if (this.#chunk.length >= chunkChars) await this.#flush();
  }

  /** Takes away what was begun: it is not whole. What went to stdout cannot be taken back. */
  async abandon(): Promise<void> {
    if (this.#path === undefined) return this.#flush();
    for (const stream of this.#streams) stream.destroy();
    await Promise.all(this.#streams.map((stream) => finished(stream).catch(() => undefined)));
    await rm(this.#path, { force: true });
  }

  async end(): Promise<void> {
    await this.#flush();
    const [first] = this.#streams;
    const last = this.#streams.at(-1);
    if (first === undefined || last === undefined) return;
    first.end();
    await finished(last).catch((error: unknown) => {
      this.#failure ??= error instanceof Error ? error : new Error('write failed');
    });
    this.#check();
  }

  async #flush(): Promise<void> {
    const text = this.#chunk;
    this.#chunk = '';
    this.#check();
    const [stream] = this.#streams;
    if (stream === undefined) await this.#terminal.write(text);
    else if (!stream.write(text)) await once(stream, 'drain').catch(() => undefined); // the error is noted above
  }

  #check(): void {
    if (this.#failure !== undefined) throw new CodedError('disk_full', '--out could not be written');
  }
}
