// The laws over choices, read a second time from the log and the dump alone: who may be chosen for, what caps allow, and that what was
// learned is exactly what those taught who let it: nothing of a withdrawn reward, nothing of a gap.
// Invariant: shares no code with what it checks but the replay of a record; where the engine keeps sums, this counts again.
import { replayChoice } from '../answer/why-choice.js';
import { limits } from '../base/limits.js';
import { decodeEvent } from '../model/event-codec.js';
import { choiceIn, type ChoiceRecord } from '../model/choice.js';
import { decisionHeadIn } from '../model/decision-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import { systemTypes, type Addressed } from '../model/system-event.js';
import type { Log } from '../ports/log.js';
import { worldCap } from './world-points.js';

/** The bits of the mask in format v1. */
const bits = { personalise: 4, train: 8 } as const;

interface Made {
  readonly record: ChoiceRecord;
  teaches: boolean;
  isShown: boolean;
  isWon: boolean;
  isHarmed: boolean;
}

interface Person {
  readonly granted: { personalise: boolean; train: boolean };
  made: Made[];
  joined: Map<string, { readonly arm: string; readonly group: string; readonly before: number; won: boolean }>;
  /** When somebody or something addressed them, on a channel of the cap, by the decision. */
  readonly addressed: Map<string, number>;
}

/** What does not hold. `lines`: of the dump of the state that was folded from this log. */
export function checkChoices(lines: Iterable<string>, log: Log): string[] {
  const problems: string[] = [];
  const people = new Map<string, Person>();
  for (const { position, bytes, mask } of log.read(0)) {
    if (bytes === null) continue;
    const event = decodeEvent(bytes, mask);
    if (event.type === systemTypes.choiceMade) problems.push(...judged(event).map((problem) => `the choice at ${position}: ${problem}`));
    if (event.subject === null) continue;
    const person: Person = people.get(event.subject) ?? {
      granted: { personalise: false, train: false },
      made: [],
      joined: new Map(),
      addressed: new Map(),
    };
    people.set(event.subject, person);
    take(person, event, (problem) => problems.push(`${problem} at ${position}`));
  }
  const told = new Map<string, string>();
  for (const line of lines) {
    const [part, sums, kind, ...rest] = line.split('\t');
    if (part !== 'choice' || sums !== 'sums') continue;
    // [key, segment, action, bucket, trials, wins]
    if (kind === 'counts' && rest[1] === '""') add(told, `counts ${rest[0]} ${rest[2]}`, Number(rest[4]), Number(rest[5]));
    if (kind === 'harm' || kind === 'arm') told.set(`${kind} ${rest[0]}`, rest.slice(1).join(' '));
  }
  const counted = recounted(people.values());
  for (const at of new Set([...told.keys(), ...counted.keys()]))
    if (told.get(at) !== counted.get(at))
      problems.push(`law 2 or 3: what was learned is not what may be: ${at} is ${told.get(at)}, and was taught as ${counted.get(at)}`);
  return problems;
}

function judged(event: BehaviourEvent): string[] {
  const record = choiceIn(event);
  const problems = replayChoice(record).map((problem) => `law 5: ${problem}`);
  if (record.mode === 'contextual' && (record.subject !== null || event.subject !== null)) problems.push('law 5: names a subject');
  if (record.subject === null && record.experiment !== null) problems.push('law 3: somebody unknown is in an experiment');
  return problems;
}

/** The oldest that addressed nobody; else the oldest of the channel of which there are most, of several the one that began first. */
function drop(made: Person['made']): void {
  const channels = made.map(({ record }) => record.channel);
  const count = (channel: ChoiceRecord['channel']): number => channels.filter((each) => each === channel).length;
  const most = Math.max(...channels.map(count));
  const silent = channels.indexOf(null);
  const at = silent >= 0 ? silent : channels.findIndex((channel) => count(channel) === most);
  made.splice(at, 1);
}

function take(person: Person, event: BehaviourEvent, say: (problem: string) => void): void {
  const { type, properties, mask } = event;
  if (type === systemTypes.consentChanged) return changed(person, properties['choices'] as Readonly<Record<string, string>>);
  if (type === systemTypes.decisionMade) {
    const { id, at, countsAs } = decisionHeadIn(event);
    if (countsAs !== undefined) person.addressed.set(id, at);
  } else if (type === systemTypes.personAddressed) {
    const { decision } = properties['addressed'] as Addressed; // written by the engine
    person.addressed.set(decision, event.occurredAt);
  } else if (type === systemTypes.choiceMade) {
    const record = choiceIn(event);
    const { id, at, action, channel, experiment } = record;
    if (!person.granted.personalise) say('law 3: a personal choice without a grant');
    if (action !== null && channel !== 'email' && channel !== 'sms') {
      const lately = [...person.addressed.values()].filter((each) => each > at - worldCap.withinMs);
      if (lately.length >= worldCap.max) say('a cap is broken');
      person.addressed.set(id, at);
    }
    const teaches = person.granted.train;
    person.made.push({ record, teaches, isShown: false, isWon: false, isHarmed: false });
    if (person.made.length > limits.choicesKept) drop(person.made);
    if (experiment !== null && teaches && !person.joined.has(experiment.name))
      person.joined.set(experiment.name, {
        arm: experiment.arm,
        group: record.segment.split('|')[0] ?? '',
        before: experiment.before ?? 0,
        won: false,
      });
  } else if ((type === systemTypes.exposure || type === systemTypes.outcome) && (mask & bits.train) !== 0) {
    const made = person.made.find(({ record }) => record.id === properties['decisionId']);
    if (made === undefined) return;
    const { objective, experiment } = made.record;
    if (type === systemTypes.exposure) made.isShown = true;
    else if (properties['kind'] === objective.outcome) made.isWon = true;
    else if (properties['kind'] === objective.welfare?.outcome) made.isHarmed = true;
    const joined = person.joined.get(experiment?.name ?? '');
    if (joined !== undefined && made.teaches && made.isWon) joined.won = true;
  }
}

function changed(person: Person, choices: Readonly<Record<string, string>>): void {
  let isWithdrawn = false;
  for (const purpose of ['personalise', 'train'] as const) {
    const choice = choices[purpose];
    if (choice === undefined) continue;
    const isGranted = choice === 'granted';
    if (person.granted[purpose] && !isGranted) isWithdrawn = true;
    person.granted[purpose] = isGranted;
  }
  if (!isWithdrawn) return;
  person.joined = new Map();
  person.made = person.made.map(({ record }) => ({ record, teaches: false, isShown: false, isWon: false, isHarmed: false }));
}

function recounted(people: Iterable<Person>): Map<string, string> {
  const counted = new Map<string, string>();
  const groups = new Map<string, number[]>();
  for (const { made, joined } of people) {
    for (const { record, teaches, isShown, isWon, isHarmed } of made) {
      if (!teaches) continue;
      const { point, halfLifeDays, features, action, era, held, segment } = record;
      if (action !== null && (isShown || isWon))
        add(counted, `counts ${JSON.stringify([point, halfLifeDays, features.length])} ${JSON.stringify(action)}`, 1, isWon ? 1 : 0);
      const side = held === 'holdout' ? 'holdout' : action === null ? null : 'treated';
      if (side === null) continue;
      for (const group of segment === '' ? [''] : ['', segment])
        add(counted, `harm ${JSON.stringify([point, era, group, side])}`, 1, isHarmed ? 1 : 0);
    }
    for (const [name, { arm, group, before, won }] of joined) {
      const y = won ? 1 : 0;
      for (const each of group === '' ? [''] : ['', group]) {
        const at = `arm ${JSON.stringify([name, arm, each])}`;
        const sums = groups.get(at) ?? [0, 0, 0, 0, 0];
        groups.set(
          at,
          [1, y, before, before * before, before * y].map((more, index) => more + (sums[index] ?? 0)),
        );
      }
    }
  }
  for (const [at, sums] of groups) counted.set(at, sums.join(' '));
  return counted;
}

function add(counts: Map<string, string>, at: string, n: number, sum: number): void {
  const [before = 0, sumBefore = 0] = (counts.get(at) ?? '0 0').split(' ').map(Number);
  counts.set(at, `${before + n} ${sumBefore + sum}`);
}
