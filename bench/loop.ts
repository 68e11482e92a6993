// The closed loop: a real engine decides for a made-up world, whose people answer, from which the engine learns. Personalised against
// popular against random, for choosing (orders per request) and for ranking (the next view is among the ten shown), with intervals over
// people; and what the guardrails cost in orders and spare in opt-outs.
import { open, type Engine } from 'ethogram';
import { ManualClock } from 'ethogram/internal/adapters/manual-clock';
import { SeededEntropy } from 'ethogram/internal/adapters/seeded-entropy';
import { SyntheticWorld } from 'ethogram/internal/cli/synthetic-world';
import { dayMs, drawKind, kinds, loopPoint, optOutRate, orderRate, rateOf, type Rate } from './closed-loop-world.js';
import { demand } from './complaint.js';
import type { Fault } from './fault.js';
import { Progress } from './progress.js';
import { makeScratchFolder, removeScratchFolder } from './scratch-folder.js';
import { SeededRandom } from './seeded-random.js';

const startMs = 1_767_225_600_000;
const shown = 10;

interface Arm {
  readonly point: string;
  /** Does the request say of which kind the person is? */
  readonly tells: boolean;
}

const arms: Readonly<Record<string, Arm>> = {
  personalised: { point: 'personalised', tells: true },
  popular: { point: 'popular', tells: false },
  random: { point: 'random', tells: false },
  unguarded: { point: 'unguarded', tells: true },
};

export async function loop(options: {
  readonly data: string | null;
  readonly small: boolean;
  readonly fault: Fault | null;
}): Promise<object> {
  const home = makeScratchFolder();
  const clock = new ManualClock(startMs);
  const engine = await open(home, {
    clock,
    tickMs: 0,
    entropy: new SeededEntropy(4),
    points: [
      { name: 'personalised', kind: 'rank', limit: shown, uniformPpm: 0 },
      { name: 'random', kind: 'rank', limit: shown, uniformPpm: 1_000_000 },
    ],
    choicePoints: [
      loopPoint('personalised', 10_000, true),
      loopPoint('popular', 10_000, true),
      loopPoint('random', 1_000_000, true),
      loopPoint('unguarded', 10_000, false),
    ],
  });
  const chosen = await chooses(engine, clock, options.small, options.fault);
  const ranked = await ranks(engine, clock, options.small);
  await engine.close();
  removeScratchFolder(home);
  return { bench: 'loop', choose: chosen.rates, rank: ranked, guardrails: chosen.guardrails };
}

/** Each arm has people of its own, with the same habits; rates are of the second half, when there was something to learn from. */
async function chooses(
  engine: Engine,
  clock: ManualClock,
  small: boolean,
  fault: Fault | null,
): Promise<{ rates: Record<string, Rate>; guardrails: object }> {
  const people = small ? 24 : 150;
  const days = small ? 4 : 20;
  const rates: Record<string, Rate> = {};
  const optOuts: Record<string, Rate> = {};
  let events = 0;
  const progress = new Progress('choose', people * days * Object.keys(arms).length);
  let done = 0;
  for (const [name, { point, tells }] of Object.entries(arms)) {
    const random = new SeededRandom(21);
    const kindsOf = Array.from({ length: people }, () => drawKind(random));
    const wins = kindsOf.map(() => 0);
    const left = kindsOf.map(() => 0);
    const requests = kindsOf.map(() => 0);
    for (let person = 0; person < people; person += 1)
      await engine.choose(`${name}-${person}`, { choices: { personalise: 'granted', train: 'granted' }, origin: 'bench' });
    for (let day = 0; day < days; day += 1) {
      for (const [person, kind] of kindsOf.entries()) {
        done += 1;
        progress.at(done);
        const subject = `${name}-${person}`;
        let addressed = 0;
        // Half of the people come often.
        for (let visit = person % 2 === 0 ? 2 : 6; visit > 0; visit -= 1) {
          clock.advance(1_000);
          const segment = tells && fault !== 'deaf-loop' ? kinds[kind] : undefined;
          const decided = await engine.chooseAction({ point, subject, ...(segment === undefined ? {} : { segment }) });
          demand(decided.ok, 'a choice failed');
          const { id, action, held } = decided.value;
          if (held === 'holdout') continue;
          if (action !== null) addressed += 1;
          const won = random.share() < orderRate(kind, action, addressed);
          const hurt = random.share() < (action === null ? 0 : optOutRate(addressed));
          const follow = (type: string, kindOf: string | null): Parameters<Engine['accept']>[0][number] => {
            events += 1;
            const properties = { decisionId: id, ...(kindOf === null ? {} : { kind: kindOf }) };
            return { id: `c${events}`, subject, type, occurredAt: clock.now(), source: 'bench', properties };
          };
          if (action !== null) await engine.accept([follow('exposure', null), ...(won ? [follow('outcome', 'order')] : [])]);
          if (day < days / 2) continue;
          requests[person] = (requests[person] ?? 0) + 1;
          if (won) wins[person] = (wins[person] ?? 0) + 1;
          if (hurt) left[person] = (left[person] ?? 0) + 1;
        }
      }
      clock.advance(dayMs - (clock.now() % dayMs) + 8 * 3_600_000);
    }
    const counted = requests.map((_, person) => person).filter((person) => (requests[person] ?? 0) > 0);
    const of = (list: readonly number[]): number[] => counted.map((person) => list[person] ?? 0);
    rates[name] = rateOf(of(wins), of(requests));
    optOuts[name] = rateOf(of(left), of(requests));
  }
  progress.end();
  const { unguarded, ...guarded } = rates;
  return {
    rates: guarded,
    guardrails: {
      orders: { with: rates['personalised'], without: unguarded },
      opt_outs: { with: optOuts['personalised'], without: optOuts['unguarded'] },
    },
  };
}

/** Views of synthetic shoppers as they come; before each next view the three policies are asked whether they would have shown it. */
async function ranks(engine: Engine, clock: ManualClock, small: boolean): Promise<Record<string, Rate>> {
  const world = new SyntheticWorld({
    startAt: clock.now(),
    shoppers: small ? 40 : 300,
    items: small ? 60 : 300,
    days: small ? 1 : 3,
    ungrantedShare: 0,
    lateShare: 0,
    duplicateShare: 0,
    withdrawShare: 0,
  });
  await engine.upsertItems(world.items);
  const people = new Map<string, { last: number; requests: number; hits: Record<string, number> }>();
  const actions = [...world.actions()];
  const progress = new Progress('rank', actions.length);
  for (const [index, action] of actions.entries()) {
    progress.at(index);
    clock.advance(Math.max(0, action.at - clock.now()));
    if (action.kind === 'consent') {
      await engine.choose(action.subject, { choices: action.choices, origin: 'bench' });
      continue;
    }
    const { userId, event, properties, messageId, timestamp } = action.event;
    const item = properties['product_id'];
    const person = people.get(userId) ?? { last: 0, requests: 0, hits: {} };
    people.set(userId, person);
    if (event === 'Product Viewed' && typeof item === 'string') {
      // Within a visit, and once there has been somebody to learn from.
      if (clock.now() - person.last < 600_000 && index > actions.length / 3) {
        person.requests += 1;
        const ask = (name: string, request: { readonly point: string; readonly subject?: string }): void => {
          const record = engine.rank(request);
          demand(record.ok, 'a ranking failed');
          if (record.value.answer.some((each) => each.item === item)) person.hits[name] = (person.hits[name] ?? 0) + 1;
        };
        ask('personalised', { point: 'personalised', subject: userId });
        ask('popular', { point: 'personalised' });
        ask('random', { point: 'random' });
      }
      person.last = clock.now();
    }
    await engine.accept([{ id: messageId, subject: userId, type: event, occurredAt: Date.parse(timestamp), source: 'bench', properties }]);
  }
  progress.end();
  const counted = [...people.values()].filter(({ requests }) => requests > 0);
  const of = (name: string): Rate =>
    rateOf(
      counted.map(({ hits }) => hits[name] ?? 0),
      counted.map(({ requests }) => requests),
    );
  return { personalised: of('personalised'), popular: of('popular'), random: of('random') };
}
