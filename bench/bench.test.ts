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

function citiesOf(figures: Record<string, unknown>): Record<string, Record<string, number>> {
  return figures['cities'] as Record<string, Record<string, number>>; // its fields are checked by the caller
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
    for (const fault of ['forgotten-posting', 'float-sum', 'first-seen-id', 'kept-choice'])
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

  it('itinerary gives its fields; any order and a trip that stays known each turn it red', async () => {
    const good = await bench('itinerary');
    expect(Object.keys(good)).toEqual(['bench', 'cities']);
    const cities = citiesOf(good);
    const shuffled = citiesOf(await bench('itinerary', 'shuffle-ranking'));
    expect(Object.keys(cities)).toEqual(['Here', 'There']);
    for (const [name, city] of Object.entries(cities)) {
      expect(Object.keys(city)).toEqual(['queries', 'f1', 'pairs_f1']);
      expectPositive(city, ['queries', 'f1', 'pairs_f1']);
      for (const field of ['f1', 'pairs_f1']) expect(shuffled[name]?.[field], field).toBeLessThan((city[field] ?? 0) * 0.97);
    }
    await expect(bench('itinerary', 'forgotten-trip')).rejects.toMatchObject({ code: 1 });
  });

  it('travel gives its fields; a shuffled and an uncalibrated score each turn one red', async () => {
    const good = await bench('travel');
    expect(Object.keys(good)).toEqual(['bench', 'auroc', 'baseline_auroc', 'ece']);
    expectPositive(good, ['auroc', 'baseline_auroc', 'ece']);
    expect(Number(good['auroc'])).toBeGreaterThan(Number(good['baseline_auroc']));
    expect(Number((await bench('travel', 'shuffle-ranking'))['auroc'])).toBeLessThan(0.6);
    expect(Number((await bench('travel', 'uncalibrated'))['ece'])).toBeGreaterThan(Number(good['ece']) + 0.05);
  });

  it('retail gives its fields; shuffled, uncalibrated and endless custom each turn theirs red', async () => {
    const good = await bench('retail');
    expect(Object.keys(good)).toEqual(['bench', 'next_purchase', 'visit', 'ltv', 'basket_hr10']);
    const { next_purchase: next, ltv, visit } = good as Record<string, Record<string, number>>; // the fields are checked next
    expect(Object.keys(next ?? {})).toEqual(['baseline_auroc', 'auroc', 'ece']);
    expect(Object.keys(ltv ?? {})).toEqual(['mae', 'baseline_mae']);
    expect(Object.keys(visit ?? {})).toEqual(['with_page_values', 'without']);
    expectPositive({ ...next, ...ltv, basket_hr10: good['basket_hr10'] }, [
      'baseline_auroc',
      'auroc',
      'ece',
      'mae',
      'baseline_mae',
      'basket_hr10',
    ]);
    const shuffled = await bench('retail', 'shuffle-ranking');
    const { next_purchase: shuffledNext, visit: shuffledVisit } = shuffled as Record<string, Record<string, number>>; // checked above
    expect(shuffledNext?.['auroc']).toBeLessThan(0.6);
    expect(JSON.stringify(shuffledVisit)).not.toBe(JSON.stringify(visit));
    expect(Number(shuffled['basket_hr10'])).toBeLessThan(Number(good['basket_hr10']) * 0.9);
    const { next_purchase: raw } = (await bench('retail', 'uncalibrated')) as Record<string, Record<string, number>>;
    expect(raw?.['ece']).toBeGreaterThan((next?.['ece'] ?? 0) + 0.03);
    const { ltv: endless } = (await bench('retail', 'endless-custom')) as Record<string, Record<string, number>>;
    expect(endless?.['mae']).toBeGreaterThan((ltv?.['mae'] ?? 0) * 2);
  });

  it('sessions with --tune chooses settings on its training visits first', async () => {
    const { stdout, stderr } = await run(process.execPath, [script, 'sessions', '--small', '--tune'], {
      env: { ...process.env, ETHOGRAM_BENCH_FAULT: '', ETHOGRAM_BENCH_DATA: '' },
    });
    expect(stderr).toContain('held-out training questions');
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ bench: 'sessions' });
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
    expect(Object.keys(figures)).toEqual(['bench', ...fields, 'ingest', 'visits', 'synthetic']);
    expectPositive(figures, fields);
    expect(figures['cold_bytes_per_event']).toBeLessThan(Number(figures['hot_bytes_per_event']) / 4);
    expect((await bench('seal', 'no-words'))['cold_bytes_per_event']).toBeGreaterThan(1.1 * Number(figures['cold_bytes_per_event']));
    // A millisecond for each event drowns whatever else the machine does.
    expect((await bench('seal', 'slow-seal'))['ingest_ratio']).toBeLessThan(0.5 * Number(figures['ingest_ratio']));
  });

  it('bandit gives its fields; wrong propensities and a slow choice each turn one red', async () => {
    const figures = await bench('bandit');
    expect(Object.keys(figures)).toEqual(['bench', 'logged', 'ope', 'coverage', 'regret_slope', 'choose_p99_us', 'update_p99_us']);
    expectPositive(figures, ['choose_p99_us', 'update_p99_us']);
    const refused = (figures['ope'] as { target: string; refused: string | null }[]).filter(({ target }) => target.startsWith('half_new'));
    expect(refused.every((each) => each.refused === 'no_support')).toBe(true);
    const coverage = (of: Record<string, unknown>): number => (of['coverage'] as { ips: number }).ips;
    const bad = await bench('bandit', 'wrong-propensity');
    expect(coverage(figures)).toBeGreaterThan(0.85);
    expect(coverage(bad)).toBeLessThan(0.5);
    expect(Number((await bench('bandit', 'slow-choose'))['choose_p99_us'])).toBeGreaterThan(1_000);
  });

  it('experiment gives its fields; a wrong level and a lost arm each turn one red', async () => {
    const figures = await bench('experiment');
    expect(Object.keys(figures)).toEqual(['bench', 'experiments', 'people', 'false_positive', 'sample_ratio_alarm', 'harm']);
    const falsely = (of: Record<string, unknown>): number => (of['false_positive'] as { always_valid: number }).always_valid;
    const alarms = (of: Record<string, unknown>): number => (of['sample_ratio_alarm'] as { even: number }).even;
    expect(falsely(figures)).toBeLessThan(0.1);
    expect(alarms(figures)).toBeLessThan(0.02);
    expect(falsely(await bench('experiment', 'fixed-time'))).toBeGreaterThan(0.1);
    expect(alarms(await bench('experiment', 'lost-arm'))).toBeGreaterThan(0.2);
  });

  it('loop gives its fields', async () => {
    const figures = await bench('loop');
    expect(Object.keys(figures)).toEqual(['bench', 'choose', 'rank', 'guardrails']);
    expect(Object.keys(figures['choose'] as object)).toEqual(['personalised', 'popular', 'random']);
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
