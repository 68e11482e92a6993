// A shop, end to end: a catalogue, visits of sixty people, what goes with what, offers told apart by how likely a visit ends in an order, a
// person without grants, and a person who leaves.
import { definePack } from 'ethogram';
import { retail } from 'ethogram/packs/retail';
import { World, draws, must } from './world.mjs';

const items = [
  { id: 'sencha', title: 'Sencha', category: 'tea', price: 900, currency: 'EUR', stock: 40 },
  { id: 'assam', title: 'Assam', category: 'tea', price: 700, currency: 'EUR', stock: 40 },
  { id: 'pot', title: 'Glass teapot', category: 'kitchen', price: 3200, currency: 'EUR', stock: 12 },
  { id: 'cups', title: 'Two cups', category: 'kitchen', price: 1800, currency: 'EUR', stock: 12 },
  { id: 'whisk', title: 'Bamboo whisk', category: 'kitchen', price: 1500, currency: 'EUR', stock: 0 },
  { id: 'honey', title: 'Heather honey', category: 'food', price: 650, currency: 'EUR', stock: 30 },
];

/** The shop's own pack: an offer or none, learned for people in three bands of how likely they buy in this visit. */
const teashop = definePack({
  name: 'teashop',
  version: 1,
  title: 'Tea shop',
  models: [
    { name: 'visit_buys', kind: 'propensity', learnsFrom: ['item.viewed', 'item.added', 'order.completed'], target: 'order.completed' },
  ],
  decisionPoints: [
    {
      name: 'offer',
      kind: 'choose',
      model: { name: 'visit_buys', cuts: [-1, 0] },
      actions: [
        { id: 'free_delivery', kind: 'offer', channel: 'page', category: 'delivery' },
        { id: 'brewing_guide', kind: 'message', channel: 'page', category: 'advice' },
      ],
      learner: 'thompson',
      features: [],
      halfLifeDays: null,
      floorPpm: 50_000,
      uniformPpm: 10_000,
      holdoutPpm: 50_000,
      objective: { outcome: 'order', welfare: { outcome: 'return', allowedPpm: 20_000 } },
      guardrails: { caps: [], deny: [], vulnerable: [] },
    },
  ],
});

export async function shop() {
  const world = await World.begin('2026-03-02T08:00:00Z', { packs: [retail, teashop] });
  const { engine, clock } = world;
  must(await engine.upsertItems(items));
  world.tell(`# The shop opens with ${items.length} items; "Bamboo whisk" is sold out.`);

  const below = draws(11);
  let bought = 0;
  const shoppers = Array.from({ length: 60 }, (_, person) => `shopper-${person}`);
  await Promise.all(shoppers.map((who) => world.grant(who, 'personalise', 'train')));
  const acts = [];
  for (const [person, subject] of shoppers.entries()) {
    const tea = below(3) === 0 ? 'assam' : 'sencha';
    const beside = tea === 'sencha' ? ['pot', 'cups'][below(2)] : 'honey';
    for (const product_id of [tea, beside]) acts.push(world.act(subject, 'item.viewed', { product_id }));
    if (below(2) === 0) {
      acts.push(world.act(subject, 'item.added', { product_id: tea }));
      if (below(3) > 0) {
        bought += 1;
        const products = [tea, beside].map((product_id) => ({ product_id }));
        acts.push(world.act(subject, 'order.completed', { order_id: `o${person}`, total: 40, currency: 'EUR', products }));
      }
    }
    clock.pass(45);
  }
  await world.send(...acts);
  world.tell(`60 people came by, with their permission; ${bought} of them bought.`);

  world.tell();
  world.tell('# Ann allows the shop to personalise, and looks at Sencha.');
  await world.grant('ann', 'personalise', 'train');
  await world.send(world.act('ann', 'item.viewed', { product_id: 'sencha' }));
  await list(world, { point: 'home', subject: 'ann', exclude: ['sencha'], limit: 3 });
  world.tell('Beside the basket:');
  await list(world, { point: 'goes_with', subject: 'ann', exclude: ['sencha'], limit: 2 });
  await offer(world, 'ann', 'One view so far');
  await world.send(world.act('ann', 'item.added', { product_id: 'sencha' }));
  const chosen = await offer(world, 'ann', 'Now it is in her cart');
  await world.send(
    { ...world.act('ann', 'exposure', { decisionId: chosen.id }) },
    { ...world.act('ann', 'outcome', { decisionId: chosen.id, kind: 'order' }) },
  );
  world.tell(`She saw it and ordered: the shop learns that from her, since she allows it.`);

  world.tell();
  world.tell('# Dana has allowed nothing.');
  const kept = await world.send(world.act('dana', 'item.viewed', { product_id: 'assam' }));
  world.tell(`Her view: ${kept.accepted} kept, refused as ${kept.refused.join()}.`);
  await list(world, { point: 'home', subject: 'dana', context: { items: ['assam'] }, exclude: ['assam'], limit: 2 });
  const asked = must(await engine.chooseAction({ point: 'offer', subject: 'dana' }));
  world.tell(
    `An offer: ${asked.action}, ${asked.mode} (${asked.contextualBecause}); it goes to the page she is on, and her id is not in it.`,
  );
  const { code } = engine.profile('dana');
  world.tell(`What is known of her: ${code}.`);

  world.tell();
  world.tell('# Ben comes, looks at three things, buys, and leaves for good.');
  const before = [...(await engine.dump())].filter(isLearned);
  await world.grant('ben', 'personalise', 'train');
  for (const product_id of ['sencha', 'honey', 'pot']) await world.send(world.act('ben', 'item.viewed', { product_id }));
  const products = ['sencha', 'honey'].map((product_id) => ({ product_id }));
  await world.send(world.act('ben', 'order.completed', { order_id: 'ben', total: 15.5, currency: 'EUR', products }));
  const decided = must(engine.rank({ point: 'home', subject: 'ben', limit: 2 }));
  await engine.drain();
  const learned = [...(await engine.dump())].filter(isLearned);
  const erased = await engine.erase(['ben']);
  const after = [...(await engine.dump())].filter(isLearned);
  world.tell(
    `Erased: ${erased.events} events; bytes and keys are destroyed within ${(erased.deadlineAt - erased.erasedAt) / 3_600_000} hours.`,
  );
  world.tell(`The decision that was made for him: ${engine.why(decided.id).code}. His profile: ${engine.profile('ben').code}.`);
  world.tell(`What the models hold changed with him: ${!same(before, learned)}. It is what it was before he came: ${same(before, after)}.`);
  const retry = await world.send({ ...world.act('ben', 'item.viewed', { product_id: 'pot' }), occurredAt: erased.erasedAt - 1000 });
  world.tell(`A late event of his, captured before: refused as ${retry.refused.join()}.`);
  return world.end();
}

/** What was learned across people: the models, without where in the log a thing stands. */
function isLearned(line) {
  return line.startsWith('visit\t') || line.startsWith('packmodel\t');
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

async function list(world, request) {
  const record = must(world.engine.rank(request));
  await world.engine.drain();
  const why = must(world.engine.why(record.id));
  world.tell(why.summary);
  for (const { item, why: reasons } of why.items) world.tell(`  ${item}: ${reasons.join(' ')}`);
  if (why.exclusions.length > 0) world.tell(`  Left out: ${why.exclusions.join('; ')}.`);
}

async function offer(world, subject, when) {
  const record = must(await world.engine.chooseAction({ point: 'offer', subject }));
  const { summary } = must(world.engine.whyChoice(record.id));
  const band = record.band === undefined ? 'no band' : `band ${record.band.at}, log odds ${record.band.estimate.toFixed(2)}`;
  world.tell(`${when} (${band}). ${summary}`);
  return record;
}
