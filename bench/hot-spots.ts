// Prints where the own time of a CPU profile (`node --cpu-prof`) went, by function. Argument: a .cpuprofile file.
import { readFileSync } from 'node:fs';

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const shown = 35;
const profile = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Profile; // written by V8 in this documented shape
const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, `${callFrame.functionName || '(anonymous)'} ${callFrame.url.split('/').slice(-3).join('/')}:${callFrame.lineNumber + 1}`]));
const own = new Map<string, number>();
let total = 0;
let idle = 0;
profile.samples.forEach((id, index) => {
  const us = profile.timeDeltas[index] ?? 0;
  const name = names.get(id) ?? '?';
  if (name.startsWith('(idle)') || name.startsWith('(program)')) {
    idle += us;
    return;
  }
  total += us;
  own.set(name, (own.get(name) ?? 0) + us);
});
console.log(`busy ${(total / 1e6).toFixed(2)} s, idle or native ${(idle / 1e6).toFixed(2)} s; shares of busy time:`);
for (const [name, us] of [...own].sort((a, b) => b[1] - a[1]).slice(0, shown)) console.log(`${((us / total) * 100).toFixed(1).padStart(6)} %  ${name}`);
