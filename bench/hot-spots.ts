// Prints where the time of a CPU profile (`node --cpu-prof`) went, by function: its own time, and with what it called. Argument: a
// .cpuprofile file.
import { readFileSync } from 'node:fs';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const shown = 30;
const profile = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Profile; // written by V8 in this documented shape
const byId = new Map(profile.nodes.map((node) => [node.id, node]));
const us = new Map<number, number>();
profile.samples.forEach((id, index) => us.set(id, (us.get(id) ?? 0) + (profile.timeDeltas[index] ?? 0)));

const own = new Map<string, number>();
const inclusive = new Map<string, number>();
let busy = 0;
let waiting = 0;

/** Adds up a subtree; a function that calls itself is counted once. Recursion goes as deep as the profiled stack did. */
function visit(id: number, above: ReadonlySet<string>): number {
  const node = byId.get(id);
  if (node === undefined) return 0;
  const { functionName, url, lineNumber } = node.callFrame;
  const name = `${functionName === '' ? '(anonymous)' : functionName} ${url.split('/').slice(-3).join('/')}:${lineNumber + 1}`;
  const self = us.get(id) ?? 0;
  if (functionName === '(idle)' || functionName === '(program)') {
    waiting += self;
    return 0;
  }
  busy += self;
  own.set(name, (own.get(name) ?? 0) + self);
  const within = above.has(name) ? above : new Set([...above, name]);
  let sum = self;
  for (const child of node.children ?? []) sum += visit(child, within);
  if (within !== above) inclusive.set(name, (inclusive.get(name) ?? 0) + sum);
  return sum;
}

function print(title: string, shares: ReadonlyMap<string, number>): void {
  console.log(title);
  const sorted = [...shares].sort((a, b) => b[1] - a[1]);
  for (const [name, each] of sorted.slice(0, shown)) console.log(`${((each / busy) * 100).toFixed(1).padStart(6)} %  ${name}`);
}

const root = profile.nodes[0];
if (root !== undefined) visit(root.id, new Set());
console.log(`busy ${(busy / 1e6).toFixed(2)} s, idle or native ${(waiting / 1e6).toFixed(2)} s`);
print('own time, share of busy:', own);
print('with what it called, share of busy:', inclusive);
