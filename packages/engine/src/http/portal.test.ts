// The portal as HTTP: who gets in, what a form needs, and that every right is carried out in the engine. In a real browser:
// portal.browser.test.ts.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../base/limits.js';
import { KeyRing } from '../access/key-ring.js';
import { KeyStore } from '../access/key-store.js';
import { sealedTickets } from '../adapters/sealed-tickets.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { Doorway } from './doorway.suite.js';
import { checkReceipt } from '../answer/receipt/check-receipt.js';
import { decodeEvent } from '../model/event-codec.js';
import { systemTypes } from '../model/system-event.js';
import { unzipped } from '../answer/zip.suite.js';
import { annVisits, enterAs, linkFor, portalDoor, unmarked, type Visit } from './portal.suite.js';
import { languageOf, portalLanguages } from './portal-words.js';

let doorway: Doorway;
beforeEach(async () => {
  doorway = await portalDoor();
});
afterEach(() => doorway.close());

const filesIn = (zip: ArrayBuffer): Record<string, string> => Object.fromEntries(unzipped(Buffer.from(zip)));

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(doorway.url + path, { headers, redirect: 'manual' });
const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(doorway.url + path, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' });

const enter = (subject: string): Promise<Visit> => enterAs(doorway, subject);

/** What a form says afterwards. */
async function did({ cookie, token }: Visit, path: string, fields: Record<string, string> = {}): Promise<string | null> {
  const reply = await post(path, { token, ...fields }, { cookie });
  expect(reply.status).toBe(303);
  return new URL(reply.headers.get('location') ?? '', doorway.url).searchParams.get('done');
}

const stands = (subject: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(doorway.rig.engine.core.gate.standing(subject)?.stands ?? {}).map(([name, { choice }]) => [name, choice]),
  );

describe('who gets in', () => {
  test('a link opens once, by a button; the cookie is for the portal, for scripts not to be had, and for our own pages', async () => {
    const url = await linkFor(doorway, 'ann');
    for (let n = 0; n < 3; n += 1) expect((await fetch(url)).status).toBe(200); // looking at it uses nothing up
    const ticket = new URL(url).searchParams.get('ticket') ?? '';
    const first = await post('/me/enter', { ticket });
    expect([first.status, first.headers.get('location')]).toEqual([303, '/me?lang=en']);
    expect(first.headers.get('set-cookie')).toMatch(/^ethogram_me=[\w-]+; Path=\/me; Max-Age=1800; HttpOnly; SameSite=Strict$/);
    expect((await post('/me/enter', { ticket })).status).toBe(403);
    expect((await fetch(url)).status).toBe(403);
  });

  test('behind a proxy the cookie is for encrypted lines only', async () => {
    const ticket = new URL(await linkFor(doorway, 'ann')).searchParams.get('ticket') ?? '';
    const reply = await post('/me/enter', { ticket }, { 'X-Forwarded-For': '192.0.2.1' });
    expect(reply.headers.get('set-cookie')).toContain('; Secure');
  });

  test('without a session nothing is shown or done', async () => {
    await annVisits(doorway);
    const routes = doorway.door.routes.filter(({ template }) => /^\/me(?:\.|\/|$)/.test(template));
    for (const { method, template } of routes) {
      if (/^\/me(?:\.css$|\/enter$|\/account|\/receipts\/)/.test(template)) continue;
      const reply = method === 'GET' ? await get(template) : await post(template, { token: 'x' });
      expect([method, template, reply.status]).toEqual([method, template, 403]);
      expect(await reply.text()).not.toMatch(/ann|tea/);
    }
    expect(stands('ann')).toEqual({ personalise: 'granted', train: 'granted' });
  });

  test('a form without the token, or from a page elsewhere, does nothing', async () => {
    await annVisits(doorway);
    const { cookie, token } = await enter('ann');
    const fields = { purpose: 'personalise', choice: 'refused' };
    for (const [given, headers] of [
      [{}, {}],
      [{ token: '' }, {}],
      [{ token: token.slice(1) }, {}],
      [{ token: (await enter('ann')).token }, {}],
      [{ token }, { Origin: 'http://localhost:1' }],
      [{ token }, { 'Sec-Fetch-Site': 'cross-site' }],
      [{ token }, { 'Sec-Fetch-Site': 'same-site' }],
    ] as const) {
      expect((await post('/me/choices', { ...fields, ...given }, { cookie, ...headers })).status).toBe(403);
    }
    expect(stands('ann')['personalise']).toBe('granted');
    expect((await post('/me/choices', { ...fields, token }, { cookie })).status).toBe(303);
    expect(stands('ann')['personalise']).toBe('withdrawn');
  });

  test('a session shows and changes its own person alone', async () => {
    const decision = await annVisits(doorway);
    const bob = await enter('bob');
    const page = await (await get('/me', { cookie: bob.cookie })).text();
    expect(page).not.toMatch(/ann|The tea/);
    expect((await get(`/me/decisions/${decision}`, { cookie: bob.cookie })).headers.get('location')).toBe('/me?lang=en');
    const event = doorway.rig.engine.log.readOne(doorway.rig.engine.core.trace.positions('ann')[1] ?? 0);
    expect(event?.bytes).not.toBeNull();
    expect(await did(bob, '/me/corrections', { id: 'm37', of: 'ann', 'p.product_id': 'mug' })).toBe('failed');
    const nothing = await get('/me/download', { cookie: bob.cookie });
    expect([nothing.status, nothing.headers.get('location')]).toEqual([303, '/me?lang=en&done=nothing']);
  });

  test('there is no portal without a secret for its tickets', async () => {
    const without = await Doorway.open();
    try {
      expect((await without.post('/v1/subjects/ann/portal-link')).body.error.code).toBe('not_found');
      for (const path of ['/me', '/me.css', '/me/enter']) expect((await without.send('GET', path)).status).toBe(404);
    } finally {
      await without.close();
    }
  });

  test('a server with keys asks the host for a secret one, and the person for none', async () => {
    const entropy = new SeededEntropy(8);
    const made: string[] = [];
    const guarded = await Doorway.open(async ({ disk, clock }) => {
      const store = new KeyStore(disk, entropy);
      for (const kind of ['write', 'secret'] as const) {
        const key = await store.add(kind, clock.now());
        if (key.ok) made.push(key.value.text);
      }
      const keys = new KeyRing({ store, clock });
      keys.watch();
      return { keys, portal: { tickets: sealedTickets(new Uint8Array(32), 'portal', entropy), entropy } };
    });
    try {
      const ask = (key?: string) =>
        guarded.post('/v1/subjects/ann/portal-link', {}, key === undefined ? {} : { Authorization: `Bearer ${key}` });
      expect([(await ask()).status, (await ask(made[0])).status]).toEqual([401, 403]);
      const issued = await ask(made[1]);
      expect(issued.status).toBe(200);
      const { path }: { path: string } = JSON.parse(JSON.stringify(issued.body));
      expect((await fetch(guarded.url + path)).status).toBe(200);
    } finally {
      await guarded.close();
    }
  });
});

describe('every right', () => {
  test('a purpose: one request allows it, one refuses it, all at once too', async () => {
    await annVisits(doorway);
    const ann = await enter('ann');
    expect(await did(ann, '/me/choices', { purpose: 'analytics', choice: 'granted' })).toBe('chosen');
    expect(stands('ann')['analytics']).toBe('granted');
    expect(await did(ann, '/me/choices', { purpose: 'analytics', choice: 'refused' })).toBe('chosen');
    expect(stands('ann')['analytics']).toBe('withdrawn');
    expect(await did(ann, '/me/choices', { purpose: 'all', choice: 'refused' })).toBe('chosen');
    // What was allowed is taken back, what was never asked is refused.
    expect(stands('ann')).toMatchObject({ analytics: 'withdrawn', personalise: 'withdrawn', train: 'withdrawn' });
    expect(new Set(Object.values(stands('ann')))).toEqual(new Set(['withdrawn', 'denied']));
    doorway.rig.clock.advance(1000);
    expect(await did(ann, '/me/choices', { purpose: 'all', choice: 'granted' })).toBe('chosen');
    expect(new Set(Object.values(stands('ann')))).toEqual(new Set(['granted']));
    for (const fields of [{ purpose: 'profit', choice: 'granted' }, { purpose: 'train' }, { purpose: 'train', choice: 'maybe' }])
      expect(await did(ann, '/me/choices', fields)).toBe('failed');
  });

  test('refusing what rests on a declared interest is an objection; a contract stays, and is told', async () => {
    const declare = (eventType: string, basis: string) =>
      doorway.post('/v1/bases', { eventType, purpose: 'personalise', basis, reason: 'so that it works' });
    await declare('item.imported', 'legitimate_interests');
    const eve = await enter('eve');
    expect(await (await get('/me', { cookie: eve.cookie })).text()).toContain('so that it works');
    await did(eve, '/me/choices', { purpose: 'personalise', choice: 'refused' });
    expect(stands('eve')).toEqual({ personalise: 'objected' });
    expect(await (await get('/me', { cookie: eve.cookie })).text()).not.toContain('so that it works');
  });

  test('a grant in a browser with the objection signal is recorded as given in its hearing', async () => {
    const { cookie, token } = await enter('ann');
    const page = await (await get('/me', { cookie, 'Sec-GPC': '1' })).text();
    expect(page).toContain(portalLanguages.en.signal);
    await post('/me/choices', { token, purpose: 'personalise', choice: 'granted' }, { cookie, 'Sec-GPC': '1' });
    expect(doorway.rig.engine.core.gate.standing('ann')?.stands.personalise).toMatchObject({ choice: 'granted', signal: true });
  });

  test('objection, to everything', async () => {
    await annVisits(doorway);
    expect(await did(await enter('ann'), '/me/objection')).toBe('chosen');
    expect(new Set(Object.values(stands('ann')))).toEqual(new Set(['objected']));
  });

  test('freezing, and an end of it', async () => {
    await annVisits(doorway);
    const ann = await enter('ann');
    expect(await did(ann, '/me/restriction', { restricted: 'yes' })).toBe('frozen');
    expect(doorway.rig.engine.core.gate.standing('ann')?.restricted).toBe(true);
    expect(await (await get('/me', { cookie: ann.cookie })).text()).toContain(portalLanguages.en.thaw);
    expect(await did(ann, '/me/restriction', { restricted: 'no' })).toBe('thawed');
    expect(await did(await enter('nobody'), '/me/restriction', { restricted: 'yes' })).toBe('failed');
  });

  test('what was done is listed by when it was done, also what came late', async () => {
    await annVisits(doorway);
    const { rig } = doorway;
    rig.clock.advance(3_600_000);
    expect(await rig.send(rig.view('ann', 'newest'), rig.view('ann', 'late', rig.clock.now() - 1_800_000))).toEqual({
      accepted: 2,
      codes: [],
    });
    const list = await (await get('/me/events', { cookie: (await enter('ann')).cookie })).text();
    const places = ['newest', 'late', 'The tea', 'The coffee'].map((item) => list.indexOf(`\u2068${item}\u2069`));
    expect(places.toSorted((a, b) => a - b)).toEqual(places);
    expect(places[0]).toBeGreaterThan(0);
  });

  test('correction, of plain values; what is no number is refused', async () => {
    await annVisits(doorway);
    const ann = await enter('ann');
    const list = await (await get('/me/events', { cookie: ann.cookie })).text();
    const [, id = ''] = /\/me\/event\?id=([^&]+)&amp;of=ann/.exec(list) ?? [];
    expect(await (await get(`/me/event?id=${id}&of=ann`, { cookie: ann.cookie })).text()).toContain('value="tea"');
    expect(await did(ann, '/me/corrections', { id, of: 'ann', 'p.product_id': 'tea' })).toBe('unchanged');
    for (const [name, value] of [
      ['price', 'cheap'],
      ['price', '0x1F'],
      ['price', '1e3'],
      ['price', '1,234'], // a thousand and more, or one and a bit?
      ['product_id', ''],
    ] as const) {
      const sent = { token: ann.token, id, of: 'ann', 'p.product_id': 'tea', 'p.query': 'green <tea>', [`p.${name}`]: value };
      const reply = await post('/me/corrections', sent, { cookie: ann.cookie });
      const form = unmarked(await reply.text());
      expect([reply.status, form.includes('<title>Error: Correct</title>')]).toEqual([400, true]);
      expect(form).toContain(`\u201c${name}\u201d does not fit`);
      expect(form).toMatch(new RegExp(`name="p.${name}"[^>]*value="${value}"[^>]*aria-invalid="true" aria-describedby="wrong"`, 'u'));
      expect(form).toContain('value="green &lt;tea&gt;"');
    }
    expect(await did(ann, '/me/corrections', { id, of: 'ann', 'p.product_id': 'mug', 'p.price': '2,5' })).toBe('corrected');
    const known = doorway.rig.engine.profile('ann');
    expect(known.ok && JSON.stringify(known.value.traits)).toContain('mug');
    const archive = filesIn(await (await get('/me/download', { cookie: ann.cookie })).arrayBuffer());
    expect(archive['events.jsonl']).toContain('"price":2.5');
    expect([archive['events.jsonl']?.includes('"tea"'), archive['decisions.jsonl']?.includes('"tea"')]).toEqual([false, true]);
    expect(await did(ann, '/me/corrections', { id: 'none', of: 'ann' })).toBe('failed');
  });

  test('a form changes what was changed in it alone, and nothing that was corrected elsewhere meanwhile', async () => {
    await annVisits(doorway);
    const lines = 'line one\n  line two';
    const event = { ...doorway.rig.view('ann', 'tea', doorway.rig.clock.now(), 'many'), type: 'item.viewed' };
    await doorway.rig.send({ ...event, properties: { product_id: 'tea', query: lines, price: 10, quantity: 1 } });
    const ann = await enter('ann');
    const about = { id: 'many', of: 'ann' };
    const form = unmarked(await (await get('/me/event?id=many&of=ann', { cookie: ann.cookie })).text());
    expect(form).toMatch(/<textarea id="value-\d+" name="p.query"[^>]*>&#10;line one&#10;  line two<\/textarea/u);
    const shown = { 'o.product_id': 'tea', 'o.query': 'line one\r\n  line two', 'o.price': '10', 'o.quantity': '1' };
    const same = { 'p.product_id': 'tea', 'p.query': 'line one\r\n  line two', 'p.price': '10', 'p.quantity': '1' };
    const propertiesOf = (): unknown => {
      const log = [...doorway.rig.engine.log.read(0)].flatMap(({ bytes, mask }) => (bytes === null ? [] : [decodeEvent(bytes, mask)]));
      return log.findLast(({ type }) => type === systemTypes.eventCorrected)?.properties['correction'];
    };
    expect(await did(ann, '/me/corrections', { ...about, ...shown, ...same })).toBe('unchanged');
    expect(await did(ann, '/me/corrections', { ...about, ...shown, ...same, 'p.price': '\u0661\u0662\u066b5' })).toBe('corrected');
    expect(propertiesOf()).toMatchObject({ event: { properties: { product_id: 'tea', query: lines, price: 12.5, quantity: 1 } } });
    // The other tab, opened before that.
    expect(await did(ann, '/me/corrections', { ...about, ...shown, ...same, 'p.quantity': '3' })).toBe('corrected');
    expect(propertiesOf()).toMatchObject({ event: { properties: { query: lines, price: 12.5, quantity: 3 } } });
    const late = await post('/me/corrections', { token: ann.token, ...about, ...shown, ...same, 'p.price': '11' }, { cookie: ann.cookie });
    expect([late.status, unmarked(await late.text())]).toEqual([400, expect.stringContaining('\u201cprice\u201d was corrected elsewhere')]);
    expect(propertiesOf()).toMatchObject({ event: { properties: { price: 12.5 } } });
  });

  test('asking a human opens a request at the desk: state, clock and answer are told to the person alone', async () => {
    const decision = await annVisits(doorway);
    const { clock, engine } = doorway.rig;
    const ann = await enter('ann');
    const bob = await enter('bob');
    expect(await did(ann, '/me/review', { wish: 'Why the cup?', decision })).toBe('asked');
    expect(await did(bob, '/me/review', { wish: 'And hers?', decision })).toBe('asked');
    // A form that is sent twice is one request; ends of lines count as one character.
    expect(await did(ann, '/me/review', { wish: 'Why the cup?', decision })).toBe('asked');
    expect(engine.desk.ofPerson('ann')).toHaveLength(1);
    expect(await did(await enter('eve'), '/me/review', { wish: 'x\r\n'.repeat(limits.portalWishCharsMax / 2) })).toBe('asked');
    for (const wish of ['', '   ', 'x'.repeat(limits.portalWishCharsMax + 1)])
      expect(await did(ann, '/me/review', { wish })).toBe('failed');
    const asked = (subject: string) => engine.desk.list().find((each) => each.subject === subject);
    expect(asked('ann')).toMatchObject({ kind: 'human_review', proof: 'link', state: 'open', wish: { text: 'Why the cup?', decision } });
    expect(asked('bob')?.wish).toEqual({ text: 'And hers?' }); // a decision that is not theirs is no matter of theirs
    const [request = '', path] = [asked('ann')?.request, `/me/requests/${asked('ann')?.request}`];

    const page = (at: string, { cookie }: Visit): Promise<string> => get(at, { cookie }).then((reply) => reply.text());
    expect(await page('/me', ann)).toContain('You get an answer by April 1, 2026');
    expect(await page(path, ann)).toContain('Why the cup?');
    expect((await get(path, { cookie: bob.cookie })).headers.get('location')).toBe('/me?lang=en');

    await engine.desk.extend(request, 'Many were asked.');
    expect(await page(path, ann)).toMatch(/by June 1, 2026[^]*It takes longer[^]*Many were asked\./);
    clock.advance(Date.parse('2026-06-02T00:00:00Z') - clock.now());
    const later = await enter('ann');
    expect(await page('/me', later)).toContain('is late');
    await engine.desk.answer(request, 'It is <b>right</b>.');
    expect(await page(path, later)).toMatch(/Answered on June 2, 2026[^]*It is &lt;b&gt;right&lt;\/b&gt;\./);
    expect(await page('/me', later)).not.toContain('is late');

    clock.advance(1);
    await engine.erase(['ann']);
    expect(
      engine.desk
        .list()
        .map(({ subject }) => subject)
        .sort(),
    ).toEqual(['bob', 'eve']);
    expect(engine.desk.ofPerson('ann')).toEqual([]);
    const live = await doorway.rig.dump();
    await doorway.rig.restart(true);
    expect(await doorway.rig.dump()).toEqual(live);
    expect(doorway.rig.engine.desk.ofPerson('bob')).toHaveLength(1);
  });

  test('one person has so many open requests at once, and no more', async () => {
    const ann = await enter('ann');
    for (let n = 0; n < limits.requestsOpenOfPersonMax; n += 1) expect(await did(ann, '/me/review', { wish: `Look ${n}` })).toBe('asked');
    expect(await did(ann, '/me/review', { wish: 'And this' })).toBe('failed');
    expect(await did(await enter('bob'), '/me/review', { wish: 'Mine' })).toBe('asked');
  });

  test('the download is the archive: lines, tables and a page to read, logged as taken by the person', async () => {
    const decision = await annVisits(doorway);
    const { cookie } = await enter('ann');
    const reply = await get('/me/download', { cookie });
    expect([reply.headers.get('content-type'), reply.headers.get('content-disposition')]).toEqual([
      'application/zip',
      'attachment; filename="my-data.zip"',
    ]);
    const files = filesIn(await reply.arrayBuffer());
    expect(Object.keys(files).sort()).toEqual([
      'consents.jsonl',
      'decisions.jsonl',
      'events.jsonl',
      'index.html',
      'profile.json',
      'schema.json',
      'tables/item.viewed.csv',
    ]);
    expect(files['events.jsonl']?.trim().split('\n')).toHaveLength(2);
    expect(files['decisions.jsonl']).toContain(decision);
    expect(files['index.html']).toContain('<html');
    await doorway.rig.engine.drain();
    const log = [...doorway.rig.engine.log.read(0)].flatMap(({ bytes, mask }) => (bytes === null ? [] : [decodeEvent(bytes, mask)]));
    const acts = log.flatMap(({ type, subject, properties }) =>
      type === systemTypes.adminActed ? [{ subject, act: properties['act'] }] : [],
    );
    expect(acts).toEqual([{ subject: null, act: { what: 'person.exported', by: 'person', why: '', about: '' } }]);
  });

  test('the signed record of what was chosen checks out without us; who chose nothing has none', async () => {
    await annVisits(doorway);
    const { cookie } = await enter('ann');
    const file = Buffer.from(await (await get('/me/choices.json', { cookie })).arrayBuffer());
    expect(checkReceipt(file, doorway.rig.engine.ledger.keys(), 'ann')).toMatchObject({
      ok: true,
      check: { kind: 'consent', concerns: true },
    });
    const bob = await enter('bob');
    expect((await get('/me/choices.json', { cookie: bob.cookie })).headers.get('location')).toBe('/me?lang=en&done=nothing');
  });

  test('forgetting: the own copy of the signed receipt says that it is theirs, anybody else’s names nobody, both check out', async () => {
    await annVisits(doorway);
    const { cookie, token } = await enter('ann');
    const reply = await post('/me/forget?lang=de', { token }, { cookie });
    expect([reply.status, reply.headers.get('set-cookie')]).toEqual([200, expect.stringContaining('Max-Age=60;')]);
    const page = await reply.text();
    expect(page).toContain('Sie sind vergessen');
    expect(page).not.toMatch(/\bann\b/);
    expect(doorway.rig.engine.profile('ann')).toMatchObject({ ok: false, code: 'subject_unknown' });
    expect((await get('/me', { cookie })).status).toBe(403);

    const [, path = '', copy = ''] =
      /action="(\/me\/receipts\/[\w-]+\/file)">\s*<input type="hidden" name="copy" value="([^"]+)"/.exec(page) ?? [];
    const keys = doorway.rig.engine.ledger.keys();
    const own = await post(path, { copy });
    expect(own.headers.get('content-disposition')).toBe('attachment; filename="erasure-receipt.json"');
    const ownFile = Buffer.from(await own.arrayBuffer());
    expect(checkReceipt(ownFile, keys, 'ann')).toMatchObject({ ok: true, check: { kind: 'erasure', concerns: true } });
    expect(checkReceipt(ownFile, keys, 'bob')).toMatchObject({ ok: true, check: { concerns: false } });
    const open = Buffer.from(await (await get(path)).arrayBuffer());
    expect(checkReceipt(open, keys, 'ann')).toMatchObject({ ok: true, check: { kind: 'erasure', concerns: null } });
    const flipped = Buffer.from(ownFile);
    flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] ?? 0) ^ 1;
    expect(checkReceipt(flipped, keys)).toMatchObject({ ok: false });

    // Only what was sealed here for this very receipt is signed.
    for (const forged of ['', 'x', copy.slice(1), cookie]) expect((await post(path, { copy: forged })).status).toBe(404);
    await doorway.rig.engine.erase(['t1']);
    const other = [...doorway.rig.engine.core.receipts.list()].map(([id]) => id).find((id) => !path.includes(id)) ?? '';
    expect((await post(`/me/receipts/${other}/file`, { copy })).status).toBe(404);

    const shown = await (await get(path.replace('/file', '?lang=fr'))).text();
    expect(shown).toContain(portalLanguages.fr.receiptFile);
    expect(shown).not.toContain('name="copy"');
    expect((await get('/me/receipts/none')).status).toBe(404);
    expect((await get('/me/receipts/none/file')).status).toBe(404);
  });

  test('a second click on the button gets the receipt of the first; a minute later nothing', async () => {
    await annVisits(doorway);
    const { cookie, token } = await enter('ann');
    doorway.rig.clock.advance(1);
    const numberIn = (page: string): string | undefined => /<dd><code>([^<]+)<\/code>/.exec(page)?.[1];
    const both = await Promise.all([0, 1].map(() => post('/me/forget', { token }, { cookie })));
    const again = await post('/me/forget', { token }, { cookie });
    const pages = await Promise.all([...both, again].map((reply) => reply.text()));
    expect(new Set(pages.map(numberIn)).size).toBe(1);
    const told = pages.map((page) => [/(\d+) records of you were erased/u.exec(page)?.[1], page.includes('name="copy"')]);
    expect(told).toEqual(pages.map(() => ['4', true]));
    expect((await get('/me', { cookie })).status).toBe(403);
    for (const [fields, headers] of [
      [{}, {}],
      [{ token }, { Origin: 'http://localhost:1' }],
    ] as const)
      expect((await post('/me/forget', fields, { cookie, ...headers })).status).toBe(403);
    doorway.rig.clock.advance(limits.portalRepeatMs);
    expect((await post('/me/forget', { token }, { cookie })).status).toBe(403);
    expect([...doorway.rig.engine.core.receipts.list()]).toHaveLength(1);
  });

  test('an erasure, wherever it was asked for, ends every visit and link of the person, and of nobody else', async () => {
    await annVisits(doorway);
    const [one, bob] = [await enter('ann'), await enter('bob')];
    const link = await linkFor(doorway, 'ann');
    doorway.rig.clock.advance(1);
    await doorway.rig.engine.erase(['ann']);
    expect((await get('/me', { cookie: one.cookie })).status).toBe(403);
    expect((await post('/me/choices', { token: one.token, purpose: 'all', choice: 'granted' }, { cookie: one.cookie })).status).toBe(403);
    expect((await fetch(link)).status).toBe(403);
    expect((await get('/me', { cookie: bob.cookie })).status).toBe(200);
    doorway.rig.clock.advance(1);
    expect((await get('/me', { cookie: (await enter('ann')).cookie })).status).toBe(200);
  });

  test('each page makes the visit longer and says until when; what was written too late comes back', async () => {
    const ann = await enter('ann');
    doorway.rig.clock.advance(limits.portalSessionMs - 1000);
    const reply = await get('/me', { cookie: ann.cookie });
    const cookie = (reply.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    expect(await reply.text()).toContain('This visit ends in 30 minutes, unless you open another page.');
    doorway.rig.clock.advance(2000);
    expect((await get('/me', { cookie: ann.cookie })).status).toBe(403);
    expect((await get('/me', { cookie })).status).toBe(200);
    const wish = 'Why <this>?';
    const late = await post('/me/review', { token: ann.token, wish }, { cookie: ann.cookie });
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Why &lt;this&gt;?')]);
    const foreign = await post('/me/review', { token: ann.token, wish }, { cookie: ann.cookie, Origin: 'http://localhost:1' });
    expect(await foreign.text()).not.toContain('Why');
    expect(doorway.rig.engine.desk.list()).toEqual([]);
  });

  test('leaving ends the session, not only the cookie', async () => {
    const { cookie, token } = await enter('ann');
    expect((await post('/me/leave', { token }, { cookie })).status).toBe(200);
    expect((await get('/me', { cookie })).status).toBe(403);
  });
});

describe('what is told', () => {
  test('a decision in two plain sentences, the second true when it is really done', async () => {
    const decision = await annVisits(doorway);
    const { cookie } = await enter('ann');
    const page = unmarked(await (await get(`/me/decisions/${decision}`, { cookie })).text());
    const [, first, second] = /<h1>[^]*?<p>([^<]+)<\/p>\s*<p>([^<]+)<\/p>/.exec(page) ?? [];
    expect(first).toBe('“The cup” stood in first place because you looked at “The tea”: 6 people looked at both.');
    const [, instead] = /^Had you not looked at “The tea”, “The (\w+)” would stand there\.$/.exec(second ?? '') ?? [];
    // Another shop, in which she did not: her own visit teaches others, so a second person in the same shop would not tell.
    const other = await portalDoor();
    await other.rig.say('ann', 'granted', 'personalise', 'train');
    await other.rig.visit('ann', 'coffee');
    const real = other.rig.engine.rank({ point: 'home', subject: 'ann', exclude: ['coffee', 'tea'] });
    await other.close();
    expect(real.ok && real.value.answer[0]?.item).toBe(instead);
    for (const part of ['Stop using what I look at', 'Stop learning from my visits', 'Your earlier visits', 'what you buy'])
      expect(page).toContain(part);
  });

  test('who was given what is known of them, under any of their ids; nobody, if nobody was', async () => {
    await annVisits(doorway);
    const { engine } = doorway.rig;
    const { cookie } = await enter('ann');
    expect(await (await get('/me', { cookie })).text()).not.toContain('Parcel Partners');
    await doorway.rig.say('ann-phone', 'granted', 'personalise');
    await engine.link('ann', 'ann-phone', true, 'a log-in');
    for (const id of ['ann', 'ann-phone']) {
      const told = await engine.tellings.disclose(id, { recipient: 'Parcel Partners', reference: `p-${id}`, purpose: 'service' });
      expect(told.ok).toBe(true);
    }
    const page = await (await get('/me', { cookie })).text();
    expect(page.match(/Parcel Partners/g)).toHaveLength(1);
    expect(page).not.toContain('p-ann');
  });

  test('every event is to be found, page by page; a decision before many events, too; one that had nothing to show says so', async () => {
    const decision = await annVisits(doorway);
    for (let n = 0; n < 90; n += 1) await doorway.rig.visit('ann', 'cup', 'pot', 'mug', 'mill', 'tea');
    const { cookie } = await enter('ann');
    const read = async (path: string): Promise<string> => unmarked(await (await get(path, { cookie })).text());
    expect(await read('/me')).toContain(`/me/decisions/${decision}`);
    const ids = new Set<string>();
    for (let path: string | undefined = '/me/events'; path !== undefined;) {
      const page: string = await read(path);
      for (const [, id = ''] of page.matchAll(/\/me\/event\?id=([^&]+)&amp;of=ann/g)) ids.add(id);
      path = /href="([^"]+)">Older ones/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(ids.size).toBe(452);
    expect(await read('/me/events?page=2')).toMatch(/<title>Each thing that you did here \(2\/12\)<\/title>[^]*Newer ones/u);
    for (const odd of ['0', '-1', '99', 'x', '1.5']) expect((await get(`/me/events?page=${odd}`, { cookie })).status).toBe(200);
    const none = doorway.rig.engine.rank({ point: 'home', subject: 'ann', filter: { category: ['none'] } });
    await doorway.rig.engine.drain();
    expect(none.ok && none.value.answer).toEqual([]);
    expect(await read(`/me/decisions/${none.ok ? none.value.id : ''}`)).toContain('There was nothing that could be shown.');
  });

  test('a text that turns the direction of writing turns nothing but itself', async () => {
    await doorway.rig.engine.upsertItems([{ id: 'cup', title: 'cup \u202eevil\u2066' }]);
    const decision = await annVisits(doorway);
    const { cookie } = await enter('ann');
    for (const path of ['/me', '/me/events', `/me/decisions/${decision}`]) {
      const page = await (await get(path, { cookie })).text();
      expect(page).not.toMatch(/[\u202a-\u202e\u2066\u2067]/u);
      if (path !== '/me/events') expect(page).toContain('\u2068cup evil\u2069');
    }
  });

  test('every text is escaped', async () => {
    const evil = '<b onclick="x()">&\'"';
    await doorway.rig.engine.upsertItems([{ id: 'tea', title: evil }]);
    await annVisits(doorway);
    const { cookie } = await enter('ann');
    for (const path of ['/me', '/me/events']) {
      const page = await (await get(path, { cookie })).text();
      expect(page).not.toContain('<b onclick');
      expect(page).toContain('&lt;b onclick');
    }
  });

  test('every page fits in 30 kB with its style, and allows neither script nor frame', async () => {
    const decision = await annVisits(doorway);
    for (let n = 0; n < 60; n += 1) await doorway.rig.visit('ann', 'cup');
    for (let n = 0; n < 6; n += 1) doorway.rig.engine.rank({ point: 'home', subject: 'ann' });
    await doorway.rig.engine.drain();
    const { cookie } = await enter('ann');
    const style = (await (await get('/me.css')).arrayBuffer()).byteLength;
    for (const lang of Object.keys(portalLanguages)) {
      for (const path of ['/me', '/me/events', '/me/forget', `/me/decisions/${decision}`]) {
        const reply = await get(`${path}?lang=${lang}`, { cookie });
        const bytes = (await reply.arrayBuffer()).byteLength + style;
        expect([path, lang, bytes <= 30_000]).toEqual([path, lang, true]);
        const csp = reply.headers.get('content-security-policy') ?? '';
        expect(csp).toContain("default-src 'none'");
        expect(csp).not.toMatch(/script-src|unsafe/);
      }
    }
  });

  test('the language is the one asked for, else the first accepted, else English', () => {
    expect(languageOf('fr', 'de')).toBe('fr');
    expect(languageOf('xx', 'de-AT, en')).toBe('de');
    expect(languageOf(undefined, 'it, ar;q=0.4, fr;q=0.9')).toBe('fr');
    expect(languageOf(undefined, 'it, de;q=0')).toBe('en');
    expect(languageOf('__proto__', undefined)).toBe('en');
  });

  test('no language has a text of another where it has its own', () => {
    const flat = (value: unknown): string[] => {
      if (typeof value === 'string') return [value];
      if (typeof value === 'function') return [String((value as (...given: unknown[]) => unknown)('X', 7))];
      return typeof value === 'object' && value !== null ? Object.values(value).flatMap(flat) : [];
    };
    const texts = Object.values(portalLanguages).map(flat);
    expect(new Set(texts.map(({ length }) => length)).size).toBe(1);
    for (const [place, text] of (texts[0] ?? []).entries()) {
      if (text === 'ltr' || text.length < 12) continue;
      expect([text, texts.slice(1).filter((other) => other[place] === text).length]).toEqual([text, 0]);
    }
    expect(limits.portalLinkMs).toBeLessThan(limits.portalSessionMs);
  });
});
