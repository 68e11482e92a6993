// Every bench runs in its small form and ends with the fields that README.md defines; a planted fault shows in the figure that it should
// turn red. Not speed: these figures mean nothing. The benches run as they are run by hand, from bench/dist, so the build must be there.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { faults } from './fault.js';

const script = fileURLToPath(new URL('dist/run.js', import.meta.url));
const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
const run = promisify(execFile);

async function bench(name: string, fault = ''): Promise<Record<string, unknown>> {
  expect(existsSync(script), 'bench/dist/run.js is there: run npm run build').toBe(true);
  const { stdout } = await run(process.execPath, [script, name, '--small'], {
    env: { ...process.env, ETHOGRAM_BENCH_FAULT: fault, ETHOGRAM_BENCH_DATA: '' },
  });
  const last: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect(last).toBeTypeOf('object');
  return { ...(last as object) }; // just checked
}

function expectPositive(figures: Record<string, unknown>, fields: readonly string[]): void {
  for (const field of fields) {
    expect(figures[field], field).toBeTypeOf('number');
    expect(figures[field], field).toBeGreaterThan(0);
  }
}

describe('benches in their small form', () => {
  it('sessions gives its fields, and a shuffled ranking hits less often', async () => {
    const good = await bench('sessions');
    expect(Object.keys(good)).toEqual(['bench', 'queries', 'static', 'live', 'p50_ms', 'p99_ms', 'bytes_per_event', 'learn_events_per_s']);
    expectPositive(good, ['queries', 'p50_ms', 'p99_ms', 'bytes_per_event', 'learn_events_per_s']);
    const bad = await bench('sessions', 'shuffle-ranking');
    for (const protocol of ['static', 'live']) {
      const { hr20, mrr20 } = { ...(good[protocol] as object) } as Record<string, number>; // the fields are checked next
      const { hr20: shuffledHr20, mrr20: shuffledMrr20 } = { ...(bad[protocol] as object) } as Record<string, number>;
      expect(hr20, protocol).toBeGreaterThan(0.4);
      expect(mrr20, protocol).toBeGreaterThan(0.05);
      expect(shuffledHr20, protocol).toBeLessThan((hr20 ?? 0) * 0.7);
      expect(shuffledMrr20, protocol).toBeLessThan((mrr20 ?? 0) * 0.7);
    }
    expect(bad['queries']).toBe(good['queries']);
  });

  it('ingest gives its fields, and ends without a figure when an event was not counted', async () => {
    const figures = await bench('ingest');
    expect(Object.keys(figures)).toEqual([
      'bench',
      'single_per_s',
      'single_vs_echo',
      'single_p99_ms',
      'batch_events_per_s',
      'batch_vs_echo',
      'batch_p99_ms',
    ]);
    expectPositive(figures, Object.keys(figures).slice(1));
    await expect(bench('ingest', 'repeat-ids')).rejects.toMatchObject({ code: 1 });
  });

  it('decide gives its fields', async () => {
    const figures = await bench('decide');
    expect(Object.keys(figures)).toEqual([
      'bench',
      'in_process_p50_ms',
      'in_process_p99_ms',
      'http_p50_ms',
      'http_p99_ms',
      'http_per_s',
      'http_vs_echo',
    ]);
    expectPositive(figures, Object.keys(figures).slice(1));
  });

  it('freshness gives its fields', async () => {
    const figures = await bench('freshness');
    expect(Object.keys(figures)).toEqual(['bench', 'p50_ms', 'p99_ms']);
    expectPositive(figures, ['p50_ms', 'p99_ms']);
  });

  it('overload gives its fields', async () => {
    const figures = await bench('overload');
    expect(Object.keys(figures)).toEqual(['bench', 'peak_per_s', 'goodput', 'p99_ratio', 'decide_p99_ms', 'rss_mb_start', 'rss_mb_end']);
    expectPositive(figures, Object.keys(figures).slice(1));
  });

  it('erase gives its fields; a forgotten posting, a float sum and a first-seen number each turn it red', async () => {
    const figures = await bench('erase');
    expect(Object.keys(figures)).toEqual([
      'bench',
      'equal',
      'dump_sha256',
      'keys',
      'bytes',
      'subjects_erased',
      'events',
      'ack_p50_ms',
      'ack_p99_ms',
    ]);
    expect(figures['equal']).toBe(true);
    expectPositive(figures, Object.keys(figures).slice(3));
    for (const fault of ['forgotten-posting', 'float-sum', 'first-seen-id'])
      expect(await bench('erase', fault), fault).toMatchObject({ equal: false });
  });

  it('revoke gives its fields; a slow choice and a late withdrawal each turn one red', async () => {
    const figures = await bench('revoke');
    const fields = ['request_to_ack_p99_ms', 'ack_to_republished_p99_ms', 'request_to_ack_p50_ms', 'ack_to_republished_p50_ms'];
    expect(Object.keys(figures)).toEqual(['bench', ...fields]);
    expectPositive(figures, fields);
    expect(Number((await bench('revoke', 'slow-choice'))['request_to_ack_p50_ms'])).toBeGreaterThan(95);
    expect(Number((await bench('revoke', 'late-withdrawal'))['ack_to_republished_p50_ms'])).toBeGreaterThan(80);
  });

  it('counterfactual gives its fields; a guess in the place of a decision and a reason that is lost each turn one red', async () => {
    const figures = await bench('counterfactual');
    const fields = ['decisions', 'same_state', 'flips_as_said', 'adds_up', 'by_one', 'by_two', 'by_visit', 'by_winner', 'p50_ms', 'p99_ms'];
    expect(Object.keys(figures)).toEqual(['bench', ...fields]);
    for (const field of ['same_state', 'flips_as_said', 'adds_up']) expect([field, figures[field]]).toEqual([field, figures['decisions']]);
    expect(Number((await bench('counterfactual', 'guessed-change'))['flips_as_said'])).toBeLessThan(Number(figures['decisions']));
    expect(Number((await bench('counterfactual', 'lost-reason'))['adds_up'])).toBeLessThan(Number(figures['decisions']));
  });

  it('seal gives its fields; a compaction without words makes more bytes, slow salts a lower ratio', async () => {
    const figures = await bench('seal');
    const fields = ['gzip_bytes_per_event', 'hot_bytes_per_event', 'cold_bytes_per_event', 'ingest_ratio'];
    expect(Object.keys(figures)).toEqual(['bench', ...fields, 'visits', 'synthetic']);
    expectPositive(figures, fields);
    expect(figures['cold_bytes_per_event']).toBeLessThan(Number(figures['hot_bytes_per_event']) / 4);
    expect((await bench('seal', 'no-words'))['cold_bytes_per_event']).toBeGreaterThan(1.1 * Number(figures['cold_bytes_per_event']));
    expect((await bench('seal', 'slow-seal'))['ingest_ratio']).toBeLessThan(0.75 * Number(figures['ingest_ratio']));
  });

  it('wrong use ends with 2 and says why', async () => {
    await expect(run(process.execPath, [script, 'nothing'])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('usage') as string,
    });
    await expect(run(process.execPath, [script, 'sessions', '--data', 'no-such-folder'])).rejects.toMatchObject({ code: 2 });
  });

  it('README.md describes every fault', () => {
    for (const fault of faults) expect(readme).toContain(`| \`${fault}\` |`);
  });
});
