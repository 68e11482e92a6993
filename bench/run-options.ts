// The command line of a bench: NAME [--data DIR] [--small].
import { Complaint } from './complaint.js';

export interface RunOptions {
  readonly name: string;
  readonly data: string | null;
  readonly small: boolean;
}

export function parseRunOptions(args: readonly string[], names: readonly string[]): RunOptions {
  let name: string | null = null;
  let data = process.env['ETHOGRAM_BENCH_DATA'] ?? null;
  let small = false;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--small') small = true;
    else if (arg === '--data') {
      at += 1;
      data = args[at] ?? null;
      if (data === null) throw new Complaint(2, '--data needs a folder');
    } else if (name === null && names.includes(arg)) name = arg;
    else throw new Complaint(2, `cannot read "${arg}": usage: npm run -s bench -- ${names.join('|')} [--data DIR] [--small]`);
  }
  if (name === null) throw new Complaint(2, `which bench? usage: npm run -s bench -- ${names.join('|')} [--data DIR] [--small]`);
  return { name, data, small };
}
