import { execFileSync } from 'node:child_process';
import { getPriority, platform } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const module = pathToFileURL(join(import.meta.dirname, '../../dist/cli/helper-threads.js')).href;

/** What a process of its own says of its threads after the call. */
function priorities(): { readonly main: number; readonly helpers: readonly number[] } {
  const program = `
    import { getPriority } from 'node:os';
    import { helpersGiveWay } from '${module}';
    const helpers = helpersGiveWay().map((thread) => getPriority(thread));
    console.log(JSON.stringify({ main: getPriority(process.pid), helpers }));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

it('lowers the helpers of V8 below the thread that answers, where threads have priorities', () => {
  const { main, helpers } = priorities();
  expect(main).toBe(getPriority());
  const lowered = Math.min(main + 10, 19);
  const count = platform() === 'linux' ? [4, 5] : [0];
  expect(count).toContain(helpers.length);
  expect(helpers).toEqual(helpers.map(() => lowered));
});

/** ms that helpers spent in young collections of a process of its own, as V8 tells it, after this was run. */
function helpedMs(before: string): number {
  const program = `
    import { helpersGiveWay } from '${module}';
    ${before}
    let kept = [];
    for (let made = 0; made < 2_000_000; made += 1) {
      kept.push({ made });
      if (kept.length > 200_000) kept = [];
    }`;
  const told = execFileSync(process.execPath, ['--trace-gc-nvp', '--input-type=module', '-e', program], { encoding: 'utf8' });
  const each = [...told.matchAll(/background\.scavenge\.parallel=([\d.]+)/g)].map(([, ms]) => Number(ms));
  expect(each.length).toBeGreaterThan(1);
  return each.reduce((sum, ms) => sum + ms, 0);
}

it('collects what is young without helpers where there are few cores', () => {
  expect(helpedMs('')).toBeGreaterThan(0);
  if (platform() === 'linux') expect(helpedMs('helpersGiveWay(2);')).toBe(0);
});
