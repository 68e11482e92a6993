// Which schedules are run. Listed: every order of the steps of a few small casts, found by going back to the last choice that has another
// way left. Drawn: larger casts, orders and promise turns by seed.
import { must } from '../../base/assert.js';
import type { Choice } from '../../model/system-event.js';
import { SeededRandom } from '../seeded-random.js';
import type { Use } from './ledger.js';
import { people, Stage, type Actor, type RaceMutant, type StageOptions } from './stage.js';
import type { Chooser } from './turns.js';

export interface Found {
  readonly problems: readonly string[];
  readonly trace: string;
}

/** A schedule by seed. */
export function drawn(seed: number, mutant?: RaceMutant): Promise<Found> {
  const random = new SeededRandom(seed);
  // Some schedules let every step run to its end; in most, the next one may start between any two awaits of the last.
  const broken = random.pick([0, 0.2, 0.6]);
  const chooser: Chooser = {
    pick: (options) => random.int(options),
    hops: () => (random.chance(broken) ? random.int(hopsMax) : null),
  };
  const options: StageOptions = { chooser, declared: random.chance(0.5), checkpointMs: random.pick([2, 10, 1000]), mutant };
  const script = random.fork();
  const owners = people.slice(0, 2 + script.int(2)).map((subject) => owner(script.fork(), subject));
  const senders = Array.from({ length: 1 + script.int(2) }, () => sender(script.fork()));
  const deciders = Array.from({ length: 1 + script.int(3) }, () => decider(script.fork()));
  const choosers = Array.from({ length: script.int(3) }, () => nudger(script.fork()));
  return Stage.run(options, script.shuffle([...owners, ...senders, ...deciders, ...choosers]));
}

const hopsMax = 12;
const refusals: readonly Choice[] = ['withdrawn', 'objected', 'denied'];
const both: readonly Use[] = ['personalise', 'train'];

/** The person: chooses, refuses, erases; one change of consent at a time, erasures beside them. */
function owner(random: SeededRandom, subject: string): Actor {
  const steps = Array.from({ length: 1 + random.int(3) }, () => random.int(10));
  const parts = (): readonly Use[] => random.pick([both, both, ['personalise'] as const, ['train'] as const]);
  return async (stage) => {
    const beside: Promise<void>[] = [];
    for (const step of steps) {
      if (step < 4) await stage.choose(subject, random.pick(refusals), parts());
      else if (step < 6) await stage.choose(subject, 'granted', parts());
      else if (step < 7) await stage.sendRefusal(subject, parts());
      else if (step < 9) await stage.erase(subject);
      else later(beside, stage.erase(subject));
    }
    await Promise.all(beside);
  };
}

function sender(random: SeededRandom): Actor {
  return async (stage) => {
    const answers: Promise<void>[] = [];
    for (let batches = 1 + random.int(3); batches > 0; batches -= 1) {
      const subject = random.pick(people);
      const items = Array.from({ length: 1 + random.int(3) }, () => random.pick(['item-shared', `item-${subject}`, `item-${subject}`]));
      const batch = stage.events(subject, random.pick(['item.viewed', 'item.viewed', 'item.imported']), items, random.chance(0.3));
      const other = stage.events(random.pick(people), 'item.viewed', ['item-shared']);
      const sent = random.chance(0.3) ? [...batch, ...other] : batch;
      for (let copies = random.chance(0.4) ? 2 : 1; copies > 0; copies -= 1) {
        const answer = stage.send(sent);
        if (random.chance(0.5)) await answer;
        else later(answers, answer);
      }
    }
    await Promise.all(answers);
  };
}

function decider(random: SeededRandom): Actor {
  return async (stage) => {
    for (let asked = 1 + random.int(3); asked > 0; asked -= 1) {
      const subject = random.chance(0.85) ? random.pick(people) : undefined;
      await stage.decide(subject, random.chance(0.5) ? ['item-shared'] : [], random.int(4));
    }
  };
}

/** Asks for choices, one after another or at once, and tells what followed. */
function nudger(random: SeededRandom): Actor {
  return async (stage) => {
    const beside: Promise<void>[] = [];
    for (let asked = 1 + random.int(3); asked > 0; asked -= 1) {
      const follows = random.pick([['shown'], ['shown', 'order'], ['shown', 'opt_out'], []]);
      const nudged = stage.nudge(random.pick(people), random.int(3), follows);
      if (random.chance(0.5)) await nudged;
      else later(beside, nudged);
    }
    await Promise.all(beside);
  };
}

/** To be waited for at the end; until then, its failure is nobody's. */
function later(list: Promise<void>[], work: Promise<void>): void {
  work.catch(() => undefined);
  list.push(work);
}

/** A small cast whose orders are all listed. */
export interface Cast {
  readonly name: string;
  readonly declared: boolean;
  readonly actors: readonly Actor[];
}

const one: Actor = (stage) => stage.decide('ada', [], 1);
const ingest: Actor = (stage) => stage.send(stage.events('ada', 'item.viewed', ['item-ada', 'item-shared'], true));

export const casts: readonly Cast[] = [
  {
    name: 'one withdrawal, one batch, one decision',
    declared: false,
    actors: [(stage) => stage.choose('ada', 'withdrawn', both), ingest, one],
  },
  {
    name: 'one objection, one import, one decision of somebody known without a grant',
    declared: true,
    actors: [
      (stage) => stage.choose('cy', 'objected', both),
      (stage) => stage.send(stage.events('cy', 'item.imported', ['item-cy'])),
      (stage) => stage.decide('cy', [], 1),
    ],
  },
  { name: 'one erasure, one batch', declared: false, actors: [(stage) => stage.erase('ada'), ingest] },
  { name: 'one erasure, one decision', declared: false, actors: [(stage) => stage.erase('ada'), one] },
  {
    name: 'one erasure, one decision of somebody known without a grant',
    declared: true,
    actors: [(stage) => stage.erase('cy'), (stage) => stage.decide('cy', [], 1)],
  },
  {
    name: 'one withdrawal, one choice with its reward',
    declared: false,
    actors: [(stage) => stage.choose('ada', 'withdrawn', both), (stage) => stage.nudge('ada', 1, ['shown', 'order'])],
  },
  {
    name: 'one erasure, one choice with its reward',
    declared: false,
    actors: [(stage) => stage.erase('ada'), (stage) => stage.nudge('ada', 1, ['shown', 'order'])],
  },
  {
    name: 'one erasure, one choice of somebody known without a grant',
    declared: true,
    actors: [(stage) => stage.erase('cy'), (stage) => stage.nudge('cy', 1, ['shown'])],
  },
  {
    name: 'two choices at once',
    declared: false,
    actors: [(stage) => stage.nudge('ada', 0, ['shown']), (stage) => stage.nudge('ada', 1, [])],
  },
];

/** Every order of a cast's steps, each run to its end before the next; at most `max` of them. `complete`: none was left out. */
export async function listed(
  cast: Cast,
  max: number,
  onSchedule: (found: Found, schedule: string) => void,
): Promise<{ readonly schedules: number; readonly complete: boolean }> {
  const path: { choice: number; options: number }[] = [];
  for (let schedules = 1; ; schedules += 1) {
    let at = 0;
    const chooser: Chooser = {
      pick: (options) => {
        const known = path[at] ?? { choice: 0, options };
        path[at] = known;
        at += 1;
        return known.choice;
      },
      hops: () => null,
    };
    const found = await Stage.run({ chooser, declared: cast.declared, checkpointMs: 1_000_000 }, cast.actors);
    onSchedule(found, path.map(({ choice }) => choice).join(''));
    while (path.length > 0 && must(path.at(-1), 'not empty').choice + 1 >= must(path.at(-1), 'not empty').options) path.pop();
    const last = path.at(-1);
    if (last === undefined) return { schedules, complete: true };
    last.choice += 1;
    if (schedules >= max) return { schedules, complete: false };
  }
}
