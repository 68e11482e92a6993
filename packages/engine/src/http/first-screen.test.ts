// The first screen over HTTP: what goes out to whom, under which headers, and that nothing goes in unescaped.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../base/limits.js';
import { SystemClock } from '../adapters/system-clock.js';
import { isHere, isOwnForm, masked } from './first-screen-guard.js';
import { escapeHtml, Html, html } from './first-screen-html.js';
import { newestMoment } from './first-screen-moment.js';
import { addFirstScreen, type DemoSwitch } from './first-screen-routes.js';
import { traitText } from './first-screen-trait.js';
import { SmallDoor } from './first-screen-door.suite.js';

let door: SmallDoor;
let hasKeys: boolean;
let demo: { state: DemoSwitch['state']; start: () => void; stop: () => Promise<void> };
const asked: string[] = [];
beforeEach(async () => {
  hasKeys = false;
  asked.length = 0;
  demo = { state: 'idle', start: () => void asked.push('start'), stop: () => Promise.resolve(void asked.push('stop')) };
  door = await SmallDoor.open(({ rig, metrics, table }) => {
    addFirstScreen(table, { engine: rig.engine, clock: new SystemClock(), metrics, hasKeys: () => hasKeys, demo });
  });
});
afterEach(() => door.close());

const page = async (headers: Record<string, string> = {}): Promise<string> => (await door.send('GET', '/', undefined, headers)).text();

describe('what goes out', () => {
  test('under a policy that allows no script, style or connection but its own', async () => {
    for (const path of ['/', '/first-screen.css', '/first-screen.js', '/first-screen/now']) {
      const { headers } = await door.send('GET', path);
      expect(headers.get('content-security-policy'), path).toMatch(
        /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'/,
      );
      expect(headers.get('cache-control'), path).toBe('no-store');
    }
    expect(await page()).not.toMatch(/<script(?! type="module" src=)|<style|\son\w+=|\sstyle=/);
  });

  test('ids and items that look like markup are text', async () => {
    const nasty = '<img src=x onerror=alert(1)>"\'&';
    await door.rig.say(nasty, 'granted', 'personalise');
    await door.rig.visit(nasty, nasty);
    const text = await page();
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
    expect(text).not.toContain('<img');
  });

  test('a person who is erased is gone from it', async () => {
    await door.rig.say('ann', 'granted', 'personalise');
    await door.rig.visit('ann', 'tea');
    expect(await page()).toContain('ann');
    await door.rig.engine.erase(['ann']);
    expect(await page()).not.toContain('ann viewed');
    expect(await page()).toContain('Waiting for your first event');
  });

  test('what is withdrawn is gone from it at once, and what a freeze holds while it lasts', async () => {
    const { rig } = door;
    await rig.say('ann', 'granted', 'personalise', 'train');
    await rig.visit('ann', 'tea');
    await rig.engine.restrict('ann', true, 'test');
    expect(await page()).not.toContain('ann viewed');
    await rig.engine.restrict('ann', false, 'test');
    expect(await page()).toContain('ann viewed');
    await rig.say('ann', 'withdrawn', 'personalise', 'train');
    expect(await page()).not.toContain('ann viewed');
  });

  test('a trait begins anew after a withdrawal, though its events are kept for another purpose', async () => {
    const { rig } = door;
    await rig.say('ann', 'granted', 'personalise', 'train');
    await rig.visit('ann', 'secret-1', 'secret-2');
    await rig.say('ann', 'withdrawn', 'personalise');
    rig.clock.advance(60_000);
    await rig.say('ann', 'granted', 'personalise');
    await rig.visit('ann', 'tea');
    const changes = newestMoment(rig.engine)?.changes ?? [];
    expect(changes).toContainEqual({ trait: 'recent_items', before: null, after: 'tea' });
    expect(changes.filter(({ before }) => before !== null)).toEqual([]);
  });

  test('what is synthetic says so, whoever sent it', async () => {
    await door.rig.say('ann', 'granted', 'personalise');
    const event = { subject: 'ann', type: 'item.viewed', properties: { product_id: 'tea' } };
    for (const source of ['shop', 'synthetic']) {
      const occurredAt = door.rig.clock.now();
      await door.rig.engine.accept([{ ...event, id: source, source, occurredAt }]);
      expect((await page()).includes('nobody in it exists'), source).toBe(source === 'synthetic');
    }
  });

  test('looking logs that it was looked, once a day for a person, and nothing else', async () => {
    await door.rig.say('ann', 'granted', 'personalise');
    await door.rig.visit('ann', 'tea');
    const { head } = door.rig.engine.log;
    for (let n = 0; n < 3; n += 1) await page();
    expect(door.rig.engine.log.head).toBe(head + 1);
  });

  test('a decision that was made is shown as it stands in the log', async () => {
    await door.rig.engine.upsertItems([{ id: 'cup', title: 'The cup' }]);
    await door.rig.say('ann', 'granted', 'personalise');
    await door.rig.visit('ann', 'tea');
    const made = door.rig.engine.rank({ point: 'home', subject: 'ann' });
    await door.rig.engine.drain();
    expect(await page()).toContain(made.ok ? made.value.id : 'no decision');
  });

  test('the stream says what is new, and ends with its reader', async () => {
    const response = await door.send('GET', '/first-screen/live');
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    let seen = '';
    const until = async (text: string): Promise<void> => {
      while (!seen.includes(text)) seen += decoder.decode((await reader?.read())?.value);
    };
    await until('Waiting for your first event');
    await door.rig.say('ann', 'granted', 'personalise');
    await door.rig.visit('ann', 'tea');
    await until('ann viewed tea');
    await reader?.cancel();
    for (let at = 0; at < limits.screenStreamsMax; at += 1) await (await door.send('GET', '/first-screen/live')).body?.cancel();
  });
});

describe('who may see', () => {
  test('with keys, or through a proxy, nobody without a key', async () => {
    await door.rig.say('ann', 'granted', 'personalise');
    await door.rig.visit('ann', 'tea');
    for (const name of ['X-Forwarded-For', 'Forwarded', 'Via']) {
      expect(await page({ [name]: '10.0.0.1' })).not.toContain('ann');
      expect((await door.send('GET', '/first-screen/now', undefined, { [name]: '10.0.0.1' })).status).toBe(401);
    }
    hasKeys = true;
    expect(await page()).toContain('This server has keys');
    expect((await door.send('GET', '/first-screen/now')).status).toBe(401);
    expect((await door.send('GET', '/first-screen/live')).status).toBe(401);
    expect((await door.send('POST', '/first-screen/demo', 'do=start')).status).toBe(401);
    expect(asked).toEqual([]);
  });

  test('here: names of this machine, and no word of a proxy', () => {
    const here = (host: string, remoteAddress = '::ffff:127.0.0.1', more = {}): boolean =>
      isHere({ headers: { host, ...more }, remoteAddress });
    expect(['localhost', '127.0.0.1:4040', '[::1]:1'].map((host) => here(host))).toEqual([true, true, true]);
    expect(['example.com', '127.0.0.1.example.com', ''].map((host) => here(host))).toEqual([false, false, false]);
    expect([here('localhost', '10.0.0.1'), here('localhost', '::1', { 'x-real-ip': '1.2.3.4' })]).toEqual([false, false]);
  });

  test('the rules state the kind of key', () => {
    const needs = Object.fromEntries(door.table.list().map(({ method, template, rule }) => [`${method} ${template}`, rule.needs]));
    expect(needs).toEqual({
      'GET /': 'none',
      'GET /first-screen.css': 'none',
      'GET /first-screen.js': 'none',
      'GET /first-screen/now': 'secret',
      'GET /first-screen/live': 'secret',
      'POST /first-screen/demo': 'secret',
    });
  });
});

describe('the demo button', () => {
  test('starts, stops, and goes back to the page', async () => {
    const start = await door.send('POST', '/first-screen/demo', 'do=start');
    expect([start.status, start.headers.get('location')]).toEqual([303, '/']);
    demo.state = 'running';
    await door.send('POST', '/first-screen/demo', 'do=start');
    await door.send('POST', '/first-screen/demo', 'do=stop');
    expect(asked).toEqual(['start', 'stop']);
    expect(await page()).toContain('nobody in it exists');
  });

  test('is not pressed by a page of somebody else', async () => {
    for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'null' }, { 'Sec-Fetch-Site': 'cross-site' }] as Record<
      string,
      string
    >[]) {
      expect((await door.send('POST', '/first-screen/demo', 'do=start', headers)).status).toBe(403);
    }
    expect(asked).toEqual([]);
    expect(isOwnForm({ origin: 'http://localhost:1', host: 'localhost:1', 'sec-fetch-site': 'same-origin' })).toBe(true);
  });
});

test('html escapes all but itself', () => {
  expect(html`<b title="${'"<'}">${['&', html`<i>${1}</i>`, null]}</b>`.text).toBe('<b title="&quot;&lt;">&amp;<i>1</i></b>');
  expect(escapeHtml('<>&"\'')).toBe('&lt;&gt;&amp;&quot;&#39;');
  expect(() => Reflect.construct(Html, [Symbol('html'), '<b>'])).toThrow(TypeError);
});

test('masks, and words for traits', () => {
  expect([masked('ann'), masked('customer-7'), masked('')]).toEqual(['a\u2026', 'cu\u2026', '\u2026']);
  expect(
    traitText([
      [1, 2, 'tea'],
      [3, 4, 'cup'],
    ]),
  ).toBe('tea \u2192 cup');
  expect(traitText({ 'item.viewed': { 20_000: 2, 20_001: 1 } })).toBe('item.viewed \u00d7 3');
  expect(traitText({ newest: 5, days: { 5: { tea: 2 } } })).toBe('tea \u00d7 2');
  expect(traitText({ 'item.viewed': Date.parse('2026-01-02T03:04:05Z') })).toBe('item.viewed on 2 Jan 2026, 03:04:05 UTC');
  expect([traitText([]), traitText({}), traitText(null), traitText(7)]).toEqual([null, null, null, '7']);
});
