// The data folder as commands meet it: opening it, saying who holds it, and where the server that holds it listens.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolderPath } from '../adapters/node-disk.js';
import { CodedError } from '../base/errors.js';
import { open, packOptions, refuseBackup, type OpenOptions } from '../runtime/open.js';
import type { Engine } from '../runtime/engine.js';
import type { Deployment } from '../model/deployment.js';
import { parseDeployment } from '../runtime/deployment-body.js';
import { DiskError } from '../ports/disk.js';
import { Arguments, UsageError } from './arguments.js';
import { exitCode } from './exit-code.js';
import { packsNamed } from './pack-file.js';
import { pathRefusal } from './path-refusal.js';
import { ProgressBar } from './progress-bar.js';
import type { Terminal } from './terminal.js';
import { wrappingPlace } from './wrapping-place.js';

const addressFile = 'address';
/** What the deployment says of itself; every command that opens the folder goes by it. */
const deploymentFile = 'deployment.json';

export class DataFolder {
  readonly path: string;
  readonly #deployment: string | undefined;
  readonly #packs: readonly string[];
  readonly #takesUrl: boolean;

  constructor(args: Arguments, fallback = './.ethogram') {
    const given = args.text('data') ?? fallback;
    // A variable of the shell that is not set would name the folder that one happens to stand in.
    if (given === '') throw new UsageError('the name of the data folder is empty');
    this.path = resolve(given);
    this.#deployment = args.text('deployment');
    this.#packs = args.list('packs');
    this.#takesUrl = args.takes('url');
  }

  /** A folder that an argument names, not --data. */
  static at(path: string): DataFolder {
    return new DataFolder(new Arguments([], {}), path);
  }

  /** Opens the engine; a folder that is not there is made only when `make` says so. Shows a replay as progress. */
  async open(terminal: Terminal, options: OpenOptions & { readonly make?: boolean } = {}): Promise<Engine> {
    const { make = false, ...rest } = options;
    refuseBackup(this.path);
    if (!make && !existsSync(join(this.path, 'tenant.json'))) throw new CodedError('data_folder_missing');
    // What is refused leaves no folder behind.
    const packs = await packsNamed(this.#packs);
    packOptions(packs, rest);
    const deployment = this.#readDeployment();
    this.make();
    const bar = new ProgressBar(terminal, 'replaying the log');
    const wrapping = wrappingPlace();
    try {
      return await open(this.path, {
        tickMs: 0,
        ...(wrapping === undefined ? {} : { wrapping }),
        onReplay: (done, total) => {
          if (total > 0) bar.update(done / total, () => `${done} of ${total} events`);
        },
        onHalt: (error) => failStop(terminal, error),
        deployment,
        // None named: what earlier ones defined for the fold goes on.
        ...(packs.length === 0 ? {} : { packs }),
        ...rest,
      });
    } catch (error) {
      if (error instanceof DiskError) throw pathRefusal(error, `opening ${this.path}`) ?? error;
      if (!(error instanceof CodedError) || error.code !== 'data_folder_locked') throw error;
      throw new CodedError('data_folder_locked', this.#heldBy(this.serverAddress()));
    } finally {
      bar.end();
    }
  }

  #heldBy(url: string | undefined): string {
    const server = url === undefined ? 'if that is a server' : `a server on it listens on ${url}`;
    if (!this.#takesUrl) return `${server}: stop it, or work on a restored backup`;
    return url === undefined ? `${server}, name it with --url` : `${server}: say --url ${url}`;
  }

  get isThere(): boolean {
    return existsSync(this.path);
  }

  /** Makes the folder where there is none. Throws CodedError folder_is_backup. */
  make(): void {
    refuseBackup(this.path);
    makeFolderPath(this.path);
  }

  /** The file that --deployment names, else the folder's own; a folder without one says nothing of itself. */
  #readDeployment(): Deployment {
    const path = this.#deployment ?? join(this.path, deploymentFile);
    if (this.#deployment === undefined && !existsSync(path)) return {};
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      throw new CodedError('file_unreadable', path);
    }
    const parsed = parseDeployment(text);
    if (!parsed.ok) throw new CodedError(parsed.code, parsed.field === '' ? 'it is no JSON object' : parsed.field);
    return parsed.value;
  }

  /** Where the server that last served this folder listens, as far as is known. */
  serverAddress(): string | undefined {
    try {
      return readFileSync(join(this.path, addressFile), 'utf8').trim();
    } catch {
      return undefined;
    }
  }

  noteAddress(url: string): void {
    writeFileSync(join(this.path, addressFile), `${url}\n`, { mode: 0o600 });
  }

  forgetAddress(): void {
    rmSync(join(this.path, addressFile), { force: true });
  }
}

/** Opens, works, closes, whatever happens. */
export async function withEngine<T>(folder: DataFolder, terminal: Terminal, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await folder.open(terminal);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

function failStop(terminal: Terminal, error: unknown): void {
  terminal.failure(error instanceof CodedError ? error.code : 'log_failed', error instanceof Error ? error.message : undefined);
  process.exit(exitCode.failStop);
}
