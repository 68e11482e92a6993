// Data that older code wrote opens for ever: every folder in frozen/ (scripts/freeze-log.mjs made them) is sound, says what it said, and is
// folded to what stood in it. Where this turns red, what is on people's disks would not open any more: mend the code, not the file.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { ManualClock } from '../adapters/manual-clock.js';
import { replay } from '../answer/replay.js';
import type { Engine } from './engine.js';
import { open } from './open.js';

const frozen = join(import.meta.dirname, 'frozen');
const folder = mkdtempSync(join(tmpdir(), 'ethogram-frozen-'));

interface Frozen {
  readonly at: number;
  readonly stands: { readonly events: number; readonly gaps: number; readonly sha256: string };
  readonly files: { readonly [path: string]: string };
}

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function thaw(name: string): Frozen {
  const told = JSON.parse(readFileSync(join(frozen, name), 'utf8')) as Frozen;
  for (const [path, base64] of Object.entries(told.files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), gunzipSync(Buffer.from(base64, 'base64')));
  }
  return told;
}

/** Of everything in the first positions of the log, as the script takes it. */
function digestOf(engine: Engine, events: number): string {
  const hash = createHash('sha256');
  for (const { position, mask, bytes } of engine.log.read(0, events))
    hash.update(`${position} ${mask} ${bytes === null ? 'gap' : Buffer.from(bytes).toString('utf8')}\n`);
  return hash.digest('hex');
}

const names = readdirSync(frozen);

it('has a folder of the first format', () => expect(names).toContain('format-v1.json'));

it.each(names)('opens %s, finds it sound, and folds what stands in it', async (name) => {
  const { at, stands } = thaw(name);
  const clock = new ManualClock(at + 1000);
  let engine = await open(folder, { clock, tickMs: 0 });
  expect(digestOf(engine, stands.events)).toBe(stands.sha256);
  expect(await engine.verify()).toMatchObject({ ok: true, problems: [], gaps: stands.gaps });

  const { core } = engine;
  expect([...core.trace.subjects()]).toEqual(['ann', 'ben', 'kim']);
  expect(core.identity.members('ann')).toEqual(['ann', 'kim']);
  expect(engine.profile('eve')).toMatchObject({ ok: false, code: 'subject_unknown' });
  expect(core.catalogue.get('tea')?.item.title).toBe('Item tea');
  expect(core.gate.standing('ben')?.stands.train?.choice).toBe('withdrawn');
  expect(core.registry.declared('item.imported', 'train')?.basis).toBe('legitimate_interests');
  // Ann looked at the pot by mistake: it was the cup.
  const seen = [...engine.log.read(0)].flatMap(({ bytes }) => (bytes === null ? [] : [Buffer.from(bytes).toString('utf8')]));
  expect(seen.filter((text) => text.startsWith('["frozen-2"'))).toEqual([]);
  // A ranking of before records were packed, and before the correction.
  const decided = seen.flatMap((text) => /^\["(\w+)","ann","decision\.made"/.exec(text)?.[1] ?? []);
  expect(decided).toHaveLength(1);
  for (const id of decided) {
    const why = engine.why(id);
    expect(why.ok && [why.value.decision.inputs, replay(why.value.decision)]).toEqual([['tea', 'pot'], []]);
  }
  expect(engine.rank({ point: 'home', subject: 'ann' })).toMatchObject({
    ok: true,
    value: { mode: 'personal', inputs: ['tea', 'cup', 'tea', 'jar'] },
  });
  const retried = { id: 'frozen-7', subject: 'eve', type: 'item.viewed', occurredAt: at - 1000, source: 'frozen' };
  const done = await engine.accept([{ ...retried, properties: { product_id: 'pot' } }]);
  expect(done.ok && done.value.rejections.map(({ code }) => code)).toEqual(['subject_erased']);

  // It goes on: what was owed is carried out, and everything is sealed anew.
  await engine.completeErasures();
  const live = [...(await engine.dump())];
  await engine.close();
  rmSync(join(folder, 'state'), { recursive: true });
  engine = await open(folder, { clock, tickMs: 0 });
  expect([...(await engine.dump())]).toEqual(live);
  expect(digestOf(engine, stands.events)).toBe(stands.sha256);
  expect(await engine.verify()).toMatchObject({ ok: true });
  await engine.close();
});
