// The evidence of the synthetic world: every link is followed, on pages and in the file; nothing is told about fewer than five people.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ManualClock } from '../adapters/manual-clock.js';
import type { Evidence } from '../answer/evidence/evidence.js';
import { evidencePages } from '../answer/evidence/evidence-pages.js';
import { peopleCount } from '../answer/evidence/people-count.js';
import type { IncomingEvent } from '../collect/incoming.js';
import { open } from '../runtime/open.js';
import { freshFolder, run, runJson } from './command-line.suite.js';
import { SyntheticWorld, worldDefaults } from './synthetic-world.js';

const at = freshFolder();
const data = at('world');
const out = at('evidence');
const keyFile = at('key.txt');
const startAt = Date.parse('2026-03-02T00:00:00Z');
const dayMs = 86_400_000;

beforeAll(async () => {
  const clock = new ManualClock(startAt);
  const world = new SyntheticWorld({ startAt, shoppers: 40, items: 20, days: 2 });
  const engine = await open(data, { tickMs: 0, clock });
  await engine.upsertItems(world.items);
  await engine.declareBasis({ eventType: 'item.imported', purpose: 'personalise', basis: 'contract', reason: 'needed for delivery' });
  await live(engine, clock, world);
  engine.rank({ point: 'home', limit: 5 });
  await engine.answers.act({ what: 'key.created', by: 'operator', why: 'a key of the kind write', about: 'key_abc' });
  for (const { subject } of world.shoppers.slice(0, 6)) await engine.erase([subject]);
  await engine.completeErasures();
  await engine.erase([world.shoppers[7]?.subject ?? '']);
  clock.advance(worldDefaults.days * dayMs);
  await engine.cutRetention();
  await engine.close();
  await run('note', 'controller', 'Synthetic Shop <Ltd>', '--text', 'privacy@shop.example', '--data', data);
  await run('note', 'breach', '--text', 'a laptop with an export was lost & found', '--data', data);
  await run('export', 'events', '--purpose', 'analytics', '--recipient', 'an agency', '--out', at('events.jsonl'), '--data', data);
  writeFileSync(keyFile, (await run('ledger', 'keys', '--data', data)).out);
  const done = await run('evidence', '--out', out, '--data', data);
  if (done.code !== 0) throw new Error(done.err);
}, 240_000);

const perBatch = 200;

async function live(engine: Awaited<ReturnType<typeof open>>, clock: ManualClock, world: SyntheticWorld): Promise<void> {
  let batch: IncomingEvent[] = [];
  const send = async (): Promise<void> => {
    const done = await engine.accept(batch);
    if (!done.ok) throw new Error(done.code);
    batch = [];
  };
  for (const action of world.actions()) {
    if (action.at > clock.now()) clock.advance(action.at - clock.now());
    if (action.kind === 'consent') {
      await send();
      await engine.choose(action.subject, { choices: action.choices, origin: 'synthetic' }, action.at);
    } else {
      const { messageId, userId, event, timestamp, properties } = action.event;
      batch.push({ id: messageId, subject: userId, type: event, occurredAt: Date.parse(timestamp), source: 'synthetic', properties });
      if (batch.length === perBatch) await send();
    }
  }
  await send();
}

function told(): Evidence {
  return JSON.parse(readFileSync(join(out, 'evidence.json'), 'utf8')) as Evidence; // written by the command
}

const hrefs = (html: string): string[] => [...html.matchAll(/ href="([^"]*)"/g)].map(([, href = '']) => href);

describe('ethogram evidence on the synthetic world', () => {
  test('every statement rests on a registry entry or a ledger proof, and every link leads there', () => {
    const { sections, registry } = told();
    expect(sections.map(({ id }) => id)).toEqual([
      'processing',
      'dpia',
      'recipients',
      'retention',
      'consent',
      'models',
      'guardrails',
      'breaches',
      'administration',
    ]);
    let followed = 0;
    const pages = readdirSync(out).filter((name) => name.endsWith('.html'));
    expect(pages).toHaveLength(sections.length + 2);
    for (const name of pages) {
      for (const href of hrefs(readFileSync(join(out, name), 'utf8'))) {
        const [file = '', anchor] = href.split('#');
        expect(existsSync(join(out, file)), `${name}: ${href}`).toBe(true);
        if (anchor !== undefined)
          expect(readFileSync(join(out, file), 'utf8').split(` id="${anchor}"`), `${name}: ${href}`).toHaveLength(2);
        followed += 1;
      }
    }
    const statements = sections.flatMap((section) => section.statements);
    expect(statements.length).toBeGreaterThan(60);
    expect(followed).toBeGreaterThan(statements.length);
    for (const { statements: some } of sections) expect(some.length).toBeGreaterThan(0);
    expect(new Set(registry.map(({ id }) => id)).size).toBe(registry.length);
  });

  test('verifies on another machine: signature, entries, every proof under the checkpoint', async () => {
    const done = await runJson('evidence', '--verify', out, '--key', keyFile);
    expect(done).toMatchObject({ code: 0, json: { ok: true } });
    expect(Number(done.json['proofs'])).toBeGreaterThan(20);
  });

  test('a changed number, a missing proof and a proof of something else are refused', async () => {
    const file = join(out, 'evidence.json');
    const good = readFileSync(file, 'utf8');
    const spoil = async (path: string, text: string): Promise<unknown> => {
      const before = readFileSync(path, 'utf8');
      writeFileSync(path, text);
      const done = await runJson('evidence', '--verify', out, '--key', keyFile);
      writeFileSync(path, before);
      return [done.code, (done.json['error'] as { readonly code: string } | undefined)?.code];
    };
    expect(await spoil(file, good.replace('"position":', '"position": '))).toEqual([1, 'receipt_refused']);
    const [one = '', other = ''] = readdirSync(join(out, 'proofs'));
    const otherProof = readFileSync(join(out, 'proofs', other), 'utf8');
    expect(await spoil(join(out, 'proofs', one), otherProof)).toEqual([1, 'receipt_refused']);
    expect(await spoil(join(out, 'checkpoint.txt'), 'no note')).toEqual([1, 'receipt_refused']);
    const page = join(out, 'breaches.html');
    expect(await spoil(page, readFileSync(page, 'utf8').replace('lost', 'found'))).toEqual([1, 'receipt_refused']);
  });

  test('it names nobody, and counts at least five people or says fewer', () => {
    for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(?:html|json|txt)$/.test(name)) continue;
      expect(readFileSync(join(out, name), 'utf8')).not.toMatch(/synthetic-\w/);
    }
    const { sections } = told();
    const people = sections
      .flatMap(({ statements }) => statements)
      .filter(({ says }) => /people|\bids\b/i.test(says) && !says.startsWith('Evidence about'));
    expect(people.length).toBeGreaterThan(4);
    for (const { says, value } of people) expect(String(value), says).toMatch(/^(?:fewer than 5|at least \d*[05])$/);
    expect([0, 4, 5, 9, 10, 1234].map(peopleCount)).toEqual([
      'fewer than 5',
      'fewer than 5',
      'at least 5',
      'at least 5',
      'at least 10',
      'at least 1230',
    ]);
  });

  test('says what happened: basis, recipient, controller, breach, erasures, retention', () => {
    const said = JSON.stringify(told().sections);
    for (const part of [
      'contract, because: needed for delivery',
      'an agency',
      'Synthetic Shop <Ltd>; privacy@shop.example',
      'a laptop with an export',
      'Retention was cut last',
      'key_abc',
    ])
      expect(said).toContain(part);
    const retention = told().sections.find(({ id }) => id === 'retention')?.statements ?? [];
    expect(retention.filter(({ says }) => says.startsWith('Erasure e_'))).toHaveLength(7);
    expect(retention.find(({ says }) => says === 'Is any erasure past its deadline?')?.value).toBe('no');
  });

  test('pages: one heading of the first order, tables with captions and heads, escaped text, no script, no wide text', () => {
    for (const { name, html } of evidencePages(told())) {
      expect(readFileSync(join(out, name), 'utf8')).toBe(html);
      expect(html.match(/<h1>/g), name).toHaveLength(1);
      expect(html.match(/<table>/g)?.length ?? 0).toBe(html.match(/<caption>/g)?.length ?? 0);
      expect(html.match(/<th scope="col">/g)?.length ?? 0).toBe(3 * (html.match(/<table>/g)?.length ?? 0));
      expect(html).not.toMatch(/<script|<Ltd>|lost & found/);
      expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
      expect(html).toContain('prefers-color-scheme: dark');
      expect(html).toContain('width=device-width');
    }
  });

  test('an --out that is not empty, and none, are refused', async () => {
    expect((await run('evidence', '--out', out, '--data', data)).code).toBe(2);
    expect((await run('evidence', '--data', data)).code).toBe(2);
  });
});
