// The command line of a bench: NAME [--data DIR] [--small] [--tune].
import { Complaint } from './complaint.js';

export interface RunOptions {
  readonly name: string;
  readonly data: string | null;
  readonly small: boolean;
  /** Choose the settings of the model on held-out training data first. */
  readonly tune: boolean;
}

export function parseRunOptions(args: readonly string[], names: readonly string[]): RunOptions {
  let name: string | null = null;
  let data = process.env['ETHOGRAM_BENCH_DATA'] ?? null;
  let small = false;
  let tune = false;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--small') small = true;
    else if (arg === '--tune') tune = true;
    else if (arg === '--data') {
      at += 1;
      data = args[at] ?? null;
      if (data === null) throw new Complaint(2, '--data needs a folder');
    } else if (name === null && names.includes(arg)) name = arg;
    else throw new Complaint(2, `cannot read "${arg}": usage: npm run -s bench -- ${names.join('|')} [--data DIR] [--small] [--tune]`);
  }
  if (name === null) throw new Complaint(2, `which bench? usage: npm run -s bench -- ${names.join('|')} [--data DIR] [--small] [--tune]`);
  return { name, data, small, tune };
}
