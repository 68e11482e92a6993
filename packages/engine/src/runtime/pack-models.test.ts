// Models of packs behind decision points, by name: baskets for a list, propensity and lifetime value for a choice; and the laws over them:
// no grant, nothing estimated or learned; withdrawn or erased, nothing left; state is the fold of the log.
import { describe, expect, it } from 'vitest';
import type { ChoicePoint } from '../model/choice.js';
import { combine } from '../pack/combined.js';
import { definePack } from '../pack/pack.js';
import { replay } from '../answer/replay.js';
import { Rig } from './rig.suite.js';
import { shopTypes } from './shop-types.js';
import { surroundings } from './surroundings.js';

const day = 86_400_000;

const offer = (name: string, model: ChoicePoint['model']): ChoicePoint => ({
  name,
  kind: 'choose',
  ...(model === undefined ? {} : { model }),
  actions: [
    { id: 'a', kind: 'offer', channel: 'page', category: 'tea' },
    { id: 'b', kind: 'offer', channel: 'page', category: 'tea' },
  ],
  learner: 'thompson',
  features: [],
  halfLifeDays: null,
  floorPpm: 20_000,
  uniformPpm: 10_000,
  holdoutPpm: 50_000,
  objective: { outcome: 'order' },
  guardrails: { caps: [], deny: [], vulnerable: [] },
});

const shop = definePack({
  name: 'corner',
  version: 1,
  title: 'Corner shop',
  models: [
    { name: 'bags', kind: 'baskets', learnsFrom: ['order.completed'], list: 'products', id: 'product_id' },
    { name: 'odds', kind: 'propensity', learnsFrom: ['item.viewed', 'item.added', 'order.completed'], target: 'order.completed' },
    { name: 'worth', kind: 'lifetime', learnsFrom: ['order.completed'], value: 'total', days: 90 },
  ],
  decisionPoints: [
    { name: 'goes_with', kind: 'rank', limit: 3, uniformPpm: 0, model: 'bags' },
    offer('nudge', { name: 'odds', cuts: [-1, 1] }),
    offer('gift', { name: 'worth', cuts: [10, 100] }),
  ],
});
const { definitions, points, choicePoints } = combine([shop], { ...surroundings, eventTypes: shopTypes, decisionPoints: [] });

class ShopRig extends Rig {
  static override async open(): Promise<ShopRig> {
    const rig = new ShopRig();
    rig.definitions = definitions;
    await rig.start();
    return rig;
  }

  override start(): Promise<void> {
    return super.start(points, { choicePoints });
  }

  lastId = '';

  async act(subject: string, type: string, properties: Record<string, unknown>): Promise<void> {
    const { id, source } = this.view(subject, 'x');
    this.lastId = id;
    const done = await this.send({ id, subject, type, occurredAt: this.clock.now(), source, properties });
    if (done.accepted !== 1) throw new Error(done.codes.join());
  }

  /** Who is neither held out nor answered contextually. */
  async choose(subject: string, point: string) {
    const done = await this.engine.chooseAction({ point, subject });
    if (!done.ok) throw new Error(done.code);
    return done.value;
  }

  async models(): Promise<string[]> {
    return (await this.dump()).filter((line) => line.startsWith('packmodel\t'));
  }
}

const order = (total: number, ...items: string[]) => ({ total, currency: 'EUR', products: items.map((product_id) => ({ product_id })) });

/** Thirty people who view, some of whom put things into a cart and buy; twice as often tea with cups as with anything else. */
async function shoppers(): Promise<ShopRig> {
  const rig = await ShopRig.open();
  for (let person = 0; person < 60; person += 1) {
    const subject = `p${person.toString().padStart(2, '0')}`;
    await rig.say(subject, 'granted', 'personalise', 'train');
    for (let visit = 0; visit < 1 + (person % 3); visit += 1) {
      await rig.act(subject, 'item.viewed', { product_id: 'tea' });
      if (person % 2 === 0) await rig.act(subject, 'item.added', { product_id: 'tea' });
      if (person % 2 === 0 && person % 5 !== 0)
        await rig.act(subject, 'order.completed', order(10 + person, 'tea', person % 3 === 0 ? 'honey' : 'cup', 'spoon'));
      rig.clock.advance(2 * day);
    }
  }
  return rig;
}

describe('models of packs', () => {
  it('answer by name: what goes with what, with reasons that add up', async () => {
    const rig = await shoppers();
    await rig.say('ann', 'granted', 'personalise');
    await rig.act('ann', 'item.viewed', { product_id: 'tea' });
    const done = rig.engine.rank({ point: 'goes_with', subject: 'ann' });
    if (!done.ok) throw new Error(done.code);
    expect(done.value.model).toBe('bags');
    expect(
      done.value.answer
        .map(({ item }) => item)
        .slice(0, 2)
        .sort(),
    ).toEqual(['cup', 'spoon']);
    expect(done.value.answer[0]?.reasons).toEqual([expect.objectContaining({ kind: 'bought_with', item: 'tea' })]);
    expect(replay(done.value)).toEqual([]);
    const why = await rig.engine.whyInFull(done.value.id);
    expect(why).toMatchObject({ ok: true, value: { problems: [], counterfactual: { asRecorded: true } } });
    // Contextual: the same evidence, for what the request carries.
    const nobody = rig.engine.rank({ point: 'goes_with', context: { items: ['tea'] } });
    expect(nobody).toMatchObject({ value: { mode: 'contextual', answer: [{ item: done.value.answer[0]?.item }, {}, {}] } });
  });

  it('tell people apart for a choice, and nobody who has not granted it', async () => {
    const rig = await shoppers();
    const band = async (subject: string, point: string) => (await rig.choose(subject, point)).band;
    for (const subject of ['looker', 'carter']) await rig.say(subject, 'granted', 'personalise');
    await rig.act('looker', 'item.viewed', { product_id: 'tea' });
    await rig.act('carter', 'item.viewed', { product_id: 'tea' });
    await rig.act('carter', 'item.added', { product_id: 'tea' });
    const [low, high] = [await band('looker', 'nudge'), await band('carter', 'nudge')];
    expect(high?.estimate).toBeGreaterThan((low?.estimate ?? Infinity) + 1);
    // Two visits in five that begin with a look end in an order (log odds -.4), and four in five of those with something in the cart.
    expect([low?.at, high?.at]).toEqual([1, 2]);
    expect((await rig.choose('carter', 'nudge')).segment).toBe('|looking|odds 2');
    expect(await band('stranger', 'nudge')).toBeUndefined();
    await rig.say('carter', 'withdrawn', 'personalise');
    expect(await band('carter', 'nudge')).toBeUndefined();
  });

  it('read the visit that goes on: one of long ago says nothing of this one', async () => {
    const rig = await shoppers();
    await rig.say('carter', 'granted', 'personalise');
    await rig.act('carter', 'item.viewed', { product_id: 'tea' });
    await rig.act('carter', 'item.added', { product_id: 'tea' });
    const during = await rig.choose('carter', 'nudge');
    expect(during.segment).toBe('|looking|odds 2');
    rig.clock.advance(60 * day);
    const later = await rig.choose('carter', 'nudge');
    expect(later.segment).toMatch(/^\|arrived\|odds [01]$/);
    expect(later.band?.estimate).toBeLessThan(during.band?.estimate ?? -Infinity);
    await rig.act('carter', 'item.viewed', { product_id: 'tea' });
    expect((await rig.choose('carter', 'nudge')).segment).toMatch(/^\|looking\|odds [01]$/);
  });

  it('are published where they are fitted, and say nothing before', async () => {
    const rig = await shoppers();
    expect((await rig.choose('p02', 'gift')).band).toBeUndefined();
    expect(await rig.engine.packModelling.publish('worth')).toMatchObject({ ok: false, code: 'model_too_few' });
    expect(await rig.engine.packModelling.publish('bags')).toMatchObject({ ok: false, code: 'model_unknown' });
    for (let person = 60; person < 110; person += 1) {
      await rig.say(`p${person}`, 'granted', 'personalise', 'train');
      await rig.act(`p${person}`, 'order.completed', order(20, 'tea', 'cup'));
      if (person % 2 === 0) {
        rig.clock.advance(day);
        await rig.act(`p${person}`, 'order.completed', order(30, 'tea', 'cup'));
      }
    }
    expect(await rig.engine.packModelling.publish('worth')).toMatchObject({ ok: true });
    expect(rig.engine.core.packModels.cards().map(({ name, erasureClass, holds }) => [name, erasureClass, holds.count > 50])).toEqual([
      ['bags', 'exact', true],
      ['odds', 'exact', true],
      ['worth', 'rederived', true],
    ]);
    const { band } = await rig.choose('p108', 'gift');
    expect(band?.estimate).toBeGreaterThan(0);
    const live = await rig.dump();
    await rig.restart(true);
    expect(await rig.dump()).toEqual(live);
    expect((await rig.choose('p108', 'gift')).band).toEqual(band);
  });

  it('forget exactly, whatever goes: an erased person, a purpose, a restriction, a correction; and a rebuild gives the same', async () => {
    const rig = await shoppers();
    const before = await rig.models();
    await rig.say('zoe', 'granted', 'personalise', 'train');
    const acts = async (): Promise<void> => {
      await rig.act('zoe', 'item.viewed', { product_id: 'cup' });
      await rig.act('zoe', 'item.added', { product_id: 'cup' });
      await rig.act('zoe', 'order.completed', order(55, 'cup', 'honey'));
    };
    await acts();
    const learned = await rig.models();
    expect(learned).not.toEqual(before);
    const shared = (lines: readonly string[]): string[] => lines.filter((line) => !line.startsWith('packmodel\trow'));

    await rig.engine.restrict('zoe', true, 'test');
    expect(shared(await rig.models())).toEqual(shared(before));
    await rig.engine.restrict('zoe', false, 'test');
    expect(await rig.models()).toEqual(learned);

    const bought = rig.lastId;
    expect(await rig.engine.correct('zoe', bought, order(55, 'cup', 'tea'))).toMatchObject({ ok: true });
    expect(shared(await rig.models())).not.toEqual(shared(learned));
    expect(await rig.engine.correct('zoe', bought, order(55, 'cup', 'honey'))).toMatchObject({ ok: true });
    expect(shared(await rig.models())).toEqual(shared(learned));

    await rig.say('zoe', 'withdrawn', 'train');
    expect(shared(await rig.models())).toEqual(shared(before));
    expect((await rig.choose('zoe', 'nudge')).band, 'what may still be read of herself').toBeDefined();
    await rig.say('zoe', 'granted', 'train');
    expect(shared(await rig.models()), 'a regrant gives nothing back').toEqual(shared(before));
    await acts();
    await rig.engine.erase(['zoe']);
    expect(await rig.models()).toEqual(before);
    const live = await rig.dump();
    await rig.restart(true);
    expect(await rig.dump()).toEqual(live);
  });

  it('do not depend on the order in which events arrive', async () => {
    const [one, other] = [await ShopRig.open(), await ShopRig.open()];
    const at = one.clock.now();
    const sent = ['item.viewed', 'item.added', 'order.completed', 'item.viewed'].map((type, n) => ({
      id: `e${n}`,
      subject: 'ann',
      type,
      occurredAt: at + n * 1000,
      source: 'test',
      properties: type === 'order.completed' ? order(9, 'tea', 'cup') : { product_id: 'tea' },
    }));
    for (const rig of [one, other]) {
      await rig.say('ann', 'granted', 'personalise', 'train');
      rig.clock.advance(60_000);
    }
    await one.send(...sent);
    await other.send(...sent.toReversed());
    const told = async (rig: ShopRig): Promise<string[]> => (await rig.models()).map((line) => line.replaceAll(/"position":\d+/g, ''));
    expect(await told(one)).toEqual(await told(other));
  });
});
