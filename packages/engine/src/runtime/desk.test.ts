import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { isoText } from '../base/calendar.js';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { RequestView } from './desk.js';
import { Rig } from './rig.suite.js';

const dayMs = 86_400_000;

async function shop(): Promise<Rig> {
  const rig = await Rig.open();
  for (const subject of ['ann', 'bob']) {
    await rig.say(subject, 'granted', 'personalise', 'train');
    await rig.visit(subject, 'tea', 'pot');
  }
  return rig;
}

async function asked(rig: Rig, subject: string, kind: RequestView['kind'], wish = {}): Promise<RequestView> {
  const opened = await rig.engine.desk.open(subject, kind, { kind: 'account' }, wish);
  if (!opened.ok) throw new Error(opened.code);
  return opened.value;
}

async function expectSameAnew(rig: Rig): Promise<string[]> {
  const live = await rig.dump();
  await rig.restart(true);
  expect(await rig.dump()).toEqual(live);
  return live;
}

function device(): { publicKey: string; signed: (text: string) => string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const x = publicKey.export({ format: 'jwk' }).x ?? '';
  return { publicKey: x, signed: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url') };
}

describe('a request', () => {
  it('is due in a calendar month, may be extended once with a reason, and is closed once', async () => {
    const rig = await shop();
    rig.clock.advance(Date.parse('2026-01-31T10:00:00Z') - rig.clock.now());
    const { request, dueAt } = await asked(rig, 'ann', 'access');
    expect(isoText(dueAt)).toBe('2026-02-28T10:00:00.000Z');
    const extended = await rig.engine.desk.extend(request, 'many records');
    expect(extended).toMatchObject({ ok: true, value: { extended: true, steps: [{ step: 'extended', text: 'many records' }] } });
    expect(extended.ok && isoText(extended.value.dueAt)).toBe('2026-04-30T10:00:00.000Z');
    expect(await rig.engine.desk.extend(request, 'again')).toMatchObject({ ok: false, code: 'request_extended' });
    rig.clock.advance(100 * dayMs);
    expect(rig.engine.desk.list('open')).toMatchObject([{ request, overdue: true }]);
    expect(rig.engine.health().overdue).toEqual({ requests: 1, notices: 0, erasures: 0 });
    await rig.restart();
    expect(rig.engine.health().overdue).toEqual({ requests: 1, notices: 0, erasures: 0 });
    expect(await rig.engine.desk.answer(request, 'sent')).toMatchObject({ ok: true, value: { state: 'answered', overdue: false } });
    expect(rig.engine.health().overdue).toEqual({ requests: 0, notices: 0, erasures: 0 });
    expect(await rig.engine.desk.refuse(request, 'no')).toMatchObject({ ok: false, code: 'request_closed' });
    expect(await rig.engine.desk.answer(request, 'again')).toMatchObject({ ok: false, code: 'request_closed' });
    expect(await rig.engine.desk.answer('q_none', 'x')).toMatchObject({ ok: false, code: 'request_unknown' });
    await expectSameAnew(rig);
  });

  it('is refused where the id is none, as over HTTP, and nothing stops', async () => {
    const rig = await shop();
    const { desk, tellings } = rig.engine;
    const disclosure = { recipient: 'lab', reference: 'L1', purpose: 'share' } as const;
    const refused = { ok: false, code: 'body_shape', field: '/subject' };
    for (const subject of ['', 'x'.repeat(limits.idCharsMax + 1), 'x'.repeat(5_000), 'a\u0000b', '\ud800']) {
      expect(await desk.open(subject, 'access', { kind: 'account' })).toEqual(refused);
      expect(desk.link(subject)).toEqual(refused);
      expect(desk.challenge(subject)).toEqual(refused);
      expect(await desk.register(subject, device().publicKey, true)).toEqual(refused);
      expect(await tellings.disclose(subject, disclosure)).toEqual(refused);
    }
    for (const part of ['recipient', 'reference'])
      expect(await tellings.disclose('ann', { ...disclosure, [part]: '\ud800' })).toEqual({
        ok: false,
        code: 'body_shape',
        field: `/${part}`,
      });
    expect(desk.list()).toEqual([]);
    await expectSameAnew(rig);
    expect(rig.halted).toBeNull();
  });

  it('that is answered has been carried out', async () => {
    const rig = await shop();
    await rig.send(rig.view('ann', 'wrong', rig.clock.now(), 'w1'));
    const correct = await asked(rig, 'ann', 'correct', { event: 'w1', properties: { product_id: 'right' } });
    expect(await rig.engine.desk.answer(correct.request, 'corrected')).toMatchObject({ ok: true, value: { state: 'answered' } });
    expect((await rig.dump()).join('\n')).not.toContain('"wrong"');
    const object = await asked(rig, 'ann', 'object', { purposes: ['personalise'] });
    await rig.engine.desk.answer(object.request, 'stopped');
    expect(rig.engine.core.gate.standing('ann')?.stands.personalise?.choice).toBe('objected');
    const restrict = await asked(rig, 'bob', 'restrict');
    await rig.engine.desk.answer(restrict.request, 'frozen');
    expect(rig.engine.core.gate.standing('bob')?.restricted).toBe(true);
    const nonsense = await asked(rig, 'ann', 'correct', { event: 'none', properties: {} });
    expect(await rig.engine.desk.answer(nonsense.request, 'corrected')).toMatchObject({ ok: false, code: 'event_unknown' });
    expect(rig.engine.desk.get(nonsense.request)).toMatchObject({ ok: true, value: { state: 'open' } });
    await expectSameAnew(rig);
  });

  it('to be erased goes with the person: the receipt remains, and names nobody', async () => {
    const rig = await shop();
    const { request } = await asked(rig, 'ann', 'erase');
    await rig.engine.desk.open('ann', 'access', { kind: 'account' }, {}, { kind: 'guardian', by: 'guardian-of-a', evidence: 'court, 7' });
    const done = await rig.engine.desk.answer(request, 'erased');
    const receipt = done.ok && 'receipt' in done.value ? done.value.receipt : '';
    expect(rig.engine.core.receipts.get(receipt)).toMatchObject({ subjects: 1 });
    expect(rig.engine.desk.get(request)).toMatchObject({ ok: false, code: 'request_unknown' });
    expect(await rig.engine.desk.extend(request, 'late')).toMatchObject({ ok: false, code: 'request_unknown' });
    expect((await expectSameAnew(rig)).join('\n')).not.toMatch(/"ann"|guardian-of-a/u);
    await rig.engine.completeErasures();
    for (const [path, bytes] of rig.disk.files()) expect(Buffer.from(bytes).includes('guardian-of-a'), path).toBe(false);
  });

  it('needs a proof of who asks: a link of the host, while it lasts and for that person', async () => {
    const rig = await shop();
    const { desk } = rig.engine;
    const link = desk.link('ann');
    const token = link.ok ? link.value.token : '';
    const open = (subject: string, given: string): Promise<unknown> => desk.open(subject, 'access', { kind: 'link', token: given });
    expect(await open('bob', token)).toMatchObject({ ok: false, code: 'proof_refused' });
    const forged = `${Buffer.from(
      Buffer.from(token.split('.')[0] ?? '', 'base64url')
        .toString()
        .replace('ann', 'bob'),
    ).toString('base64url')}.${token.split('.')[1]}`;
    expect(await open('bob', forged)).toMatchObject({ ok: false, code: 'proof_refused' });
    for (const nonsense of ['', '.', 'a.b', `${token}.x`]) expect(await open('ann', nonsense)).toMatchObject({ code: 'proof_refused' });
    const challenge = desk.challenge('ann');
    expect(await open('ann', challenge.ok ? challenge.value.token : '')).toMatchObject({ code: 'proof_refused' });
    const [first, again] = [await open('ann', token), await open('ann', token)];
    expect(first).toMatchObject({ ok: true, value: { proof: 'link' } });
    expect(again).toEqual(first);
    expect(desk.list()).toHaveLength(1);
    rig.clock.advance(limits.proofLinkMs);
    expect(await desk.open('ann', 'erase', { kind: 'link', token })).toMatchObject({ ok: false, code: 'proof_refused' });
  });

  it('by a link from before an erasure brings nobody back', async () => {
    const rig = await shop();
    const link = rig.engine.desk.link('ann');
    const token = link.ok ? link.value.token : '';
    rig.clock.advance(1000);
    await rig.engine.erase(['ann']);
    expect(await rig.engine.desk.open('ann', 'access', { kind: 'link', token })).toMatchObject({ ok: false, code: 'proof_refused' });
    expect((await rig.dump()).join('\n')).not.toContain('"ann"');
  });

  it('is proven by a key of the own device, registered with the first choices or by the host, that signs what is asked', async () => {
    const rig = await Rig.open();
    const { desk } = rig.engine;
    const [own, stranger] = [device(), device()];
    expect(await desk.register('ann', own.publicKey, false)).toMatchObject({ ok: false, code: 'subject_unknown' });
    await rig.say('ann', 'granted', 'personalise', 'train');
    expect(await desk.register('ann', own.publicKey, false)).toMatchObject({ ok: true, value: { keys: 1 } });
    expect(await desk.register('ann', own.publicKey, false)).toMatchObject({ ok: true, value: { keys: 1 } });
    expect(await desk.register('ann', stranger.publicKey, false)).toMatchObject({ ok: false, code: 'proof_refused' });
    await rig.say('bob', 'granted', 'train');
    await rig.visit('bob', 'tea');
    expect(await desk.register('bob', stranger.publicKey, false)).toMatchObject({ ok: false, code: 'proof_refused' });
    expect(await desk.register('bob', device().publicKey, true)).toMatchObject({ ok: true });
    const given = desk.challenge('ann');
    const challenge = given.ok ? given.value.token : '';
    const by = ({ publicKey, signed }: typeof own, kind: string) =>
      ({ kind: 'device', challenge, publicKey, signature: signed(`${challenge}\n${kind}`) }) as const;
    expect(await desk.open('ann', 'erase', by(stranger, 'erase'))).toMatchObject({ ok: false, code: 'proof_refused' });
    expect(await desk.open('ann', 'erase', by(own, 'access'))).toMatchObject({ ok: false, code: 'proof_refused' });
    expect(await desk.open('bob', 'access', by(own, 'access'))).toMatchObject({ ok: false, code: 'proof_refused' });
    expect(await desk.open('ann', 'access', by(own, 'access'))).toMatchObject({ ok: true, value: { proof: 'device', kind: 'access' } });
    rig.clock.advance(limits.proofChallengeMs);
    expect(await desk.open('ann', 'portability', by(own, 'portability'))).toMatchObject({ ok: false, code: 'proof_refused' });
    await rig.engine.erase(['ann']);
    expect((await expectSameAnew(rig)).join('\n')).not.toContain(own.publicKey);
  });
});

describe('a request that a human looks at a decision for another id of the person', () => {
  it('keeps it until it is closed, and no longer, when they withdraw; whoever asks is told of it under the id they named', async () => {
    const rig = await shop();
    const { engine } = rig;
    const decided = engine.rank({ point: 'home', subject: 'ann' });
    const decision = decided.ok ? decided.value.id : '';
    await engine.link('bob', 'ann', true, 'log-in');
    const opened = await asked(rig, 'bob', 'human_review', { decision });
    expect([opened.subject, engine.desk.ofPerson('bob').map(({ request }) => request)]).toEqual(['bob', [opened.request]]);
    await rig.say('bob', 'withdrawn', 'personalise');
    await engine.completeErasures();
    expect(engine.why(decision)).toMatchObject({ ok: true });
    await engine.desk.answer(opened.request, 'looked at');
    await engine.completeErasures();
    rig.clock.advance(1000);
    await rig.say('bob', 'granted', 'personalise');
    expect([engine.why(decision), engine.decided.event(decision)]).toEqual([{ ok: false, code: 'decision_unknown' }, undefined]);
    await expectSameAnew(rig);
  });
});

describe('recipients', () => {
  it('are owed a notice of erasure, correction and restriction, by their own reference alone, until they acknowledge it', async () => {
    const rig = await shop();
    const { tellings } = rig.engine;
    const disclosure = { recipient: 'mailer', reference: 'crm-4711', purpose: 'share' };
    expect(await tellings.disclose('nobody', disclosure)).toMatchObject({ ok: false, code: 'subject_unknown' });
    for (const purpose of ['share', 'share', 'analytics']) await tellings.disclose('ann', { ...disclosure, purpose });
    await tellings.disclose('ann', { ...disclosure, recipient: 'lab', reference: 'L1' });
    expect(rig.engine.core.recipients.of('ann')).toHaveLength(3);
    await rig.send(rig.view('ann', 'wrong', rig.clock.now(), 'w1'));
    await rig.engine.correct('ann', 'w1', { product_id: 'right' });
    await rig.engine.restrict('ann', true, 'test');
    expect(tellings.list('lab').map(({ kind }) => kind)).toEqual(['corrected', 'restricted']);
    rig.clock.advance(1000);
    await rig.engine.erase(['ann']);
    await rig.engine.drain();
    expect(tellings.list('mailer').map(({ kind, reference }) => [kind, reference])).toEqual([
      ['corrected', 'crm-4711'],
      ['restricted', 'crm-4711'],
      ['erased', 'crm-4711'],
    ]);
    const live = (await expectSameAnew(rig)).join('\n');
    expect(live).not.toContain('"ann"');
    expect(live).toContain('crm-4711');
    rig.clock.advance(limits.noticeDeadlineMs + 1);
    expect(rig.engine.health().overdue.notices).toBe(6);
    for (const { notice } of rig.engine.tellings.list()) {
      const told = await rig.engine.tellings.acknowledge(notice);
      expect(told).toMatchObject({ ok: true, value: { acknowledgedAt: rig.clock.now() } });
      expect(await rig.engine.tellings.acknowledge(notice)).toEqual(told);
    }
    expect(await rig.engine.tellings.acknowledge('n_none')).toMatchObject({ ok: false, code: 'notice_unknown' });
    expect([rig.engine.tellings.list(), rig.engine.health().overdue.notices]).toEqual([[], 0]);
    expect((await expectSameAnew(rig)).join('\n')).not.toMatch(/crm-4711|"L1"/u);
    const log = [...rig.engine.log.read(0)].map(({ bytes }) => (bytes === null ? '' : Buffer.from(bytes).toString('utf8')));
    expect(log.join('\n')).not.toContain('crm-4711');
    expect(await rig.engine.verify()).toMatchObject({ ok: true });
  });
});

describe('a notice whose acknowledgement was interrupted before its reference went', () => {
  const interrupted = async (): Promise<{ rig: Rig; notice: string; log: () => string }> => {
    const rig = await shop();
    await rig.engine.tellings.disclose('ann', { recipient: 'mailer', reference: 'crm-4711', purpose: 'share' });
    await rig.engine.erase(['ann']);
    await rig.engine.drain();
    const notice = rig.engine.tellings.list()[0]?.notice ?? '';
    const log = (): string =>
      [...rig.engine.log.read(0)].map(({ bytes }) => (bytes === null ? '' : Buffer.from(bytes).toString())).join('\n');
    vi.spyOn(rig.engine.log, 'redact').mockRejectedValueOnce(new CodedError('disk_full'));
    await expect(rig.engine.tellings.acknowledge(notice)).rejects.toMatchObject({ code: 'disk_full' });
    expect(log()).toContain('crm-4711');
    return { rig, notice, log };
  };

  it('loses it at the next start', async () => {
    const { rig, log } = await interrupted();
    await rig.restart();
    expect(log()).not.toContain('crm-4711');
    await expectSameAnew(rig);
  });

  it('loses it when it is acknowledged again', async () => {
    const { rig, notice, log } = await interrupted();
    expect(await rig.engine.tellings.acknowledge(notice)).toMatchObject({ ok: true });
    expect(log()).not.toContain('crm-4711');
  });

  it('is not acknowledged while there is no room to note that it goes', async () => {
    const rig = await shop();
    await rig.engine.tellings.disclose('ann', { recipient: 'mailer', reference: 'crm-4711', purpose: 'share' });
    await rig.engine.restrict('ann', true, 'test');
    const [owed] = rig.engine.tellings.list();
    vi.spyOn(rig.engine.log, 'canRedact').mockReturnValueOnce(false);
    expect(await rig.engine.tellings.acknowledge(owed?.notice ?? '')).toMatchObject({ ok: false, code: 'disk_full' });
    expect(rig.engine.tellings.list()).toEqual([owed]);
  });
});

describe('recipients of somebody who is frozen', () => {
  it('are owed one notice, however often that is asked for, until it was lifted', async () => {
    const rig = await shop();
    const { engine } = rig;
    await engine.tellings.disclose('ann', { recipient: 'mailer', reference: 'a', purpose: 'share' });
    for (const restricted of [true, true, true]) await engine.restrict('ann', restricted, 'test');
    expect(engine.tellings.list()).toHaveLength(1);
    for (const restricted of [false, true, true]) await engine.restrict('ann', restricted, 'test');
    expect(engine.tellings.list()).toHaveLength(2);
    await expectSameAnew(rig);
  });
});

describe('recipients of somebody whom a link freezes', () => {
  it('are owed a notice, as when the person is restricted; those of the frozen id are not again', async () => {
    const rig = await shop();
    const { engine } = rig;
    await engine.tellings.disclose('ann', { recipient: 'mailer', reference: 'a', purpose: 'share' });
    await engine.tellings.disclose('bob', { recipient: 'mailer', reference: 'b', purpose: 'share' });
    const owed = (): string[] => engine.tellings.list().map(({ kind, reference }) => `${kind} ${reference}`);
    await engine.restrict('bob', true, 'test');
    expect(owed()).toEqual(['restricted b']);
    expect(await engine.link('bob', 'nobody', true, 'log-in')).toMatchObject({ ok: false });
    await engine.link('bob', 'ann', true, 'log-in');
    expect(engine.core.gate.standing('ann')?.restricted).toBe(true);
    expect(owed().sort()).toEqual(['restricted a', 'restricted b']);
    await engine.link('ann', 'bob', true, 'log-in');
    await engine.link('ann', 'bob', false, '');
    expect(owed()).toHaveLength(2);
    await expectSameAnew(rig);
  });
});

describe('any history of requests and recipients', () => {
  it('gives the same state folded forward and anew, and an erasure leaves nothing of it', async () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom('ann', 'bob'), fc.integer({ min: 0, max: 4 }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const rig = await shop();
        for (const [kind, subject, n] of steps) {
          rig.clock.advance(n * dayMs);
          const { desk, tellings } = rig.engine;
          const open = desk.list('open');
          const request = open[n % Math.max(1, open.length)]?.request ?? '';
          if (kind <= 1) await desk.open(subject, kind === 0 ? 'access' : 'restrict', { kind: 'account' });
          else if (kind === 2) await desk.extend(request, 'r');
          else if (kind === 3) await desk.answer(request, 'r');
          else if (kind === 4) await desk.refuse(request, 'r');
          else if (kind === 5) await tellings.disclose(subject, { recipient: `r${n}`, reference: `x${n}`, purpose: 'share' });
          else if (kind === 6) await tellings.acknowledge(tellings.list()[n]?.notice ?? '');
          else if (kind === 7) await rig.engine.erase([subject]);
          else if (kind === 8) await rig.engine.restrict(subject, n < 3, 't');
          else await rig.send(rig.view(subject, `i${n}`));
        }
        await rig.engine.completeErasures();
        await expectSameAnew(rig);
        await rig.engine.erase(['ann', 'bob']);
        await rig.engine.completeErasures();
        expect((await expectSameAnew(rig)).filter((line) => /^(?:request|device|recipient)\t/u.test(line))).toEqual([]);
        await rig.engine.close();
      }),
      { numRuns: 25, seed: 17 },
    );
  }, 60_000);
});
