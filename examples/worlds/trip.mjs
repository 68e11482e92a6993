// A trip, end to end: a city that sixty visitors have walked through, a plan for three, one of whom has allowed nothing, a place that
// closes while they are on their way, a price that goes up, wishes that cannot be met, and a member who is erased.
import { travel } from 'ethogram/packs/travel';
import { World, draws, money, must } from './world.mjs';

const place = (id, title, latitude, longitude, price, opening_hours, visit_minutes) => ({
  id,
  title,
  category: 'place',
  price,
  currency: 'EUR',
  attributes: { latitude, longitude, opening_hours, visit_minutes },
});
const items = [
  place('castle', 'Castle', 55.9486, -3.1999, 1900, '09:30-17:00', 90),
  place('museum', 'Museum', 55.947, -3.1905, 0, '10:00-17:00', 75),
  place('gallery', 'Gallery', 55.9509, -3.1957, 0, '10:00-17:00', 60),
  place('palace', 'Palace', 55.9527, -3.1723, 2000, 'Th-Mo 09:30-16:30', 90),
  place('garden', 'Botanic garden', 55.9652, -3.2093, 0, '10:00-16:00', 60),
  place('tower', 'Camera tower', 55.949, -3.1956, 1850, '13:00-19:00', 45),
  place('hill', 'The hill', 55.9553, -3.1826, 0, '24/7', 45),
  place('vaults', 'Vaults', 55.9499, -3.188, 1700, 'by arrangement', 60),
  { id: 'hotel', title: 'Hotel', category: 'stay', attributes: { latitude: 55.952, longitude: -3.189 } },
];
const titles = new Map(items.map(({ id, title }) => [id, title]));
const day = { from: Date.parse('2026-05-04T09:00:00Z'), until: Date.parse('2026-05-04T17:30:00Z') };

export async function trip() {
  const world = await World.begin('2026-04-20T08:00:00Z', { packs: [travel] });
  const { engine, clock } = world;
  must(await engine.upsertItems(items));
  const below = draws(3);
  const ways = [
    ['castle', 'tower', 'museum'],
    ['gallery', 'castle', 'museum', 'hill'],
    ['museum', 'palace', 'hill'],
    ['castle', 'gallery', 'garden'],
  ];
  const visitors = Array.from({ length: 60 }, (_, person) => `visitor-${person}`);
  await Promise.all(visitors.map((who) => world.grant(who, 'train')));
  const acts = [];
  for (const who of visitors) {
    for (const place_id of ways[below(ways.length)] ?? []) {
      acts.push(world.act(who, 'place.checked_in', { place_id }));
      clock.pass(3);
    }
  }
  await world.send(...acts);
  must(await engine.packModelling.publish('trips'));
  world.tell('# Sixty visitors have let the city learn from where they went; what was fitted from it is published.');

  world.tell();
  world.tell('# Ann plans a Monday for Bob, Cleo and herself. Cleo has allowed nothing.');
  for (const who of ['ann', 'bob']) await world.grant(who, 'personalise');
  const wish = (who, properties) => world.send(world.act(who, 'trip.planned', { trip_id: 'may', ...properties }));
  await wish('ann', { must_see: ['castle'], budget: 6000, currency: 'EUR' });
  await wish('bob', { must_see: ['museum'], avoid: ['hill'], budget: 4500, currency: 'EUR', pace: 'normal' });
  const refused = await wish('cleo', { must_see: ['vaults'] });
  world.tell(`Cleo's wish to see the vaults: ${refused.accepted} kept, refused as ${refused.refused.join()}.`);
  const asked = { point: 'itinerary', subject: 'ann', group: ['bob', 'cleo'], windows: [day], start: 'hotel', end: 'hotel' };
  const first = await planned(world, asked);
  const named = ['bob', 'cleo'].filter((who) => JSON.stringify(first).includes(who));
  world.tell(`Others named in the record: ${named.length}.`);

  world.tell();
  const [done] = first.stops;
  clock.pass((done.leaveAt - clock.now()) / 60_000);
  const closing = first.stops.slice(1).find(({ mustSee }) => !mustSee).item;
  const news = `${titles.get(done.item)} is done. ${titles.get(closing)} has closed for the day, and the bus is 20 minutes late.`;
  world.tell(`# ${time(clock.now())}: ${news}`);
  const again = { ...asked, disruption: { plan: first.id, done: [done.item], closed: [closing], delayMinutes: 20 } };
  const second = await planned(world, again);

  world.tell();
  const next = second.stops.find(({ state }) => state !== 'done');
  clock.pass((next.leaveAt - clock.now()) / 60_000);
  const raised = second.stops.find(({ state, mustSee, price }) => state !== 'done' && !mustSee && price > 0).item;
  must(await engine.upsertItems([{ ...items.find(({ id }) => id === raised), price: 2900 }]));
  world.tell(`# ${time(clock.now())}: ${titles.get(raised)} now costs ${money(2900, 'EUR')}, which is more than Bob has left.`);
  const third = await planned(world, { ...asked, disruption: { plan: second.id, done: [done.item, next.item], closed: [closing] } });

  world.tell();
  world.tell('# What cannot be is refused, with the reason.');
  await planned(world, { ...asked, mustSee: ['vaults'] });
  await planned(world, { ...asked, mustSee: ['palace', 'tower'] });
  await planned(world, { ...asked, windows: [{ from: day.until, until: day.until + 2 * 3_600_000 }] });

  world.tell();
  world.tell('# Cleo asks for herself, without a grant: from the request alone.');
  await planned(world, { ...asked, subject: 'cleo', group: [], mustSee: ['gallery'], pace: 'slow' });

  world.tell();
  world.tell('# Bob is erased.');
  const { events } = await engine.erase(['bob']);
  const why = must(engine.planning.why(third.id));
  world.tell(`${events} events of his are gone. Ann's plan remains, ${why.stops.length} stops as they were told;`);
  world.tell(`it can be made again from what is kept: ${why.reproducible}.`);
  await planned(world, asked);
  world.tell();
  world.tell('# Ann is erased.');
  await engine.erase(['ann']);
  world.tell(`The plans: ${[first, second, third].map(({ id }) => engine.planning.why(id).code).join(', ')}.`);
  return world.end();
}

async function planned(world, request) {
  const record = must(await world.engine.planning.plan(request));
  const why = must(world.engine.planning.why(record.id));
  world.tell(why.summary);
  for (const { arriveAt, leaveAt, walkMinutes, title, state, why: reasons } of why.stops)
    world.tell(`  ${time(arriveAt)}-${time(leaveAt)} ${title} (${state}, ${walkMinutes} min on foot). ${reasons[0] ?? ''}`.trimEnd());
  for (const change of why.changes) world.tell(`  Changed: ${change}`);
  if (record.refused === null) for (const line of why.passedOver) world.tell(`  ${line}`);
  if (!why.reproducible) throw new Error('a plan does not follow from its record');
  return record;
}

function time(ms) {
  return new Date(ms).toISOString().slice(11, 16);
}
