// Histories of links, splits and choices of a few ids, drawn by a seed, on the real sequencer, gate and identity; the laws of merging
// checked against a naive reading of them.
import { ManualClock } from '../adapters/manual-clock.js';
import { MemoryDisk } from '../adapters/memory-disk.js';
import { MemoryLog } from '../adapters/memory-log.js';
import { MemoryState } from '../adapters/memory-state.js';
import { Dedupe } from '../collect/dedupe.js';
import { Sequencer, type Waiting } from '../collect/sequencer.js';
import { Validator } from '../collect/validate.js';
import { Gate } from '../consent/gate.js';
import { Registry } from '../consent/registry.js';
import type { StandingRow } from '../consent/standing-row.js';
import { Suppressions } from '../consent/suppressions.js';
import type { Purpose } from '../model/purpose.js';
import type { Choice, Held } from '../model/system-event.js';
import { Tables } from '../ports/tables.js';
import { Consents } from '../understand/consents.js';
import { Identity } from '../understand/identity.js';
import { SeededRandom } from './seeded-random.js';

const ids = ['a', 'b', 'c', 'd'] as const;
/** Of whom something is held before the history begins; of the last one nothing is. */
const known: ReadonlySet<string> = new Set(['a', 'b', 'c']);
const used: readonly Purpose[] = ['personalise', 'train'];
const said: readonly Choice[] = ['granted', 'granted', 'denied', 'withdrawn', 'objected'];

type Act =
  | { readonly kind: 'choose'; readonly id: string; readonly purpose: Purpose; readonly choice: Choice; readonly ageMs: number }
  | { readonly kind: 'restrict'; readonly id: string; readonly restricted: boolean }
  | { readonly kind: 'link' | 'unlink'; readonly id: string; readonly other: string };

/** A planted mistake of merging. */
export interface MergeMutant {
  readonly name: string;
  readonly plant: (parts: { readonly gate: Gate; readonly identity: Identity }) => void;
}

/** The ids, without an engine around them. */
export class MergeWorld {
  readonly gate: Gate;
  readonly identity: Identity;
  readonly log = new MemoryLog();
  readonly #sequencer: Sequencer;
  readonly #consents: Consents;
  #nowMs = 1_767_225_600_000;
  #names = 0;

  constructor(suppressions: Suppressions, mutant?: MergeMutant) {
    const tables = new Tables(new MemoryState(), new ManualClock());
    const registry = new Registry(tables.table('type'), tables.table('basis'));
    this.gate = new Gate(registry, tables.table<StandingRow>('consent'));
    this.identity = new Identity(tables.table('edge'), tables.table('parted'));
    this.#consents = new Consents(this.gate, registry);
    this.#consents.tell({ withdraw: () => undefined, freeze: () => undefined });
    const { gate, identity, log } = this;
    const people = {
      has: (subject: string) => known.has(subject),
      personAhead: (subject: string) => identity.personAhead(subject),
      isLinkedAhead: (one: string, other: string) => identity.isLinkedAhead(one, other),
      setAhead: (one: string, other: string, at: number | null) => identity.setAhead(one, other, at),
      resetAhead: (one: string, other: string) => identity.resetAhead(one, other),
    };
    const dedupe = new Dedupe([1, 2], 1024);
    this.#sequencer = new Sequencer({ log, gate, registry, dedupe, suppressions, validator: new Validator(), people });
    mutant?.plant({ gate, identity });
  }

  /** One act, a second after the one before, sequenced and folded. */
  act(act: Act): void {
    this.#nowMs += 1000;
    const { sequenced } = this.#sequencer.sequence([this.#waiting(act)], this.#nowMs);
    sequenced?.events.forEach((event, index) => {
      this.#consents.apply(event, sequenced.first + index);
      this.identity.apply(event, sequenced.first + index);
    });
  }

  choiceOf(id: string, purpose: Purpose): Held | undefined {
    return this.gate.standing(id)?.stands[purpose]?.choice;
  }

  /** Everything that anybody's consent says, without positions. */
  told(): string {
    const lines = ids.map((id) => [id, used.map((purpose) => this.choiceOf(id, purpose)), this.gate.standing(id)?.restricted]);
    return JSON.stringify(lines);
  }

  #waiting(act: Act): Waiting {
    this.#names += 1;
    const id = `m${this.#names}`;
    if (act.kind === 'choose') {
      const change = { choices: { [act.purpose]: act.choice }, origin: 'test' };
      return { kind: 'consent', subject: act.id, change, occurredAt: this.#nowMs - act.ageMs, id };
    }
    if (act.kind === 'restrict') {
      const change = { choices: {}, origin: 'test', restricted: act.restricted };
      return { kind: 'consent', subject: act.id, change, occurredAt: this.#nowMs, id };
    }
    return { kind: 'link', subject: act.id, other: act.other, linked: act.kind === 'link', evidence: 'test', id };
  }
}

/** What does not hold in the history of this seed; empty when all does. */
export class MergeHistory {
  readonly #random: SeededRandom;
  readonly #suppressions: Suppressions;
  readonly #mutant: MergeMutant | undefined;
  readonly #problems: string[] = [];

  constructor(seed: number, suppressions: Suppressions, mutant?: MergeMutant) {
    this.#random = new SeededRandom(seed);
    this.#suppressions = suppressions;
    this.#mutant = mutant;
  }

  run(): readonly string[] {
    const acts: Act[] = [];
    const world = this.#world();
    const oracle = new Oracle();
    for (let count = 6 + this.#random.int(10); count > 0; count -= 1) {
      const act = this.#draw();
      acts.push(act);
      this.#step(world, oracle, act);
    }
    this.#orders(acts);
    return this.#problems;
  }

  #world(): MergeWorld {
    return new MergeWorld(this.#suppressions, this.#mutant);
  }

  #step(world: MergeWorld, oracle: Oracle, act: Act): void {
    const before = new Set(grantsIn(world));
    const told = world.told();
    world.act(act);
    oracle.act(act);
    const after = grantsIn(world);
    if (act.kind !== 'choose' && act.kind !== 'restrict') {
      for (const grant of after) if (!before.has(grant)) this.#problems.push(`${act.kind} widens: ${grant}`);
      if (act.kind === 'unlink' && world.told() !== told) this.#problems.push('a split changes what was chosen');
      const head = world.log.head;
      world.act(act);
      oracle.pass();
      if (world.log.head !== head) this.#problems.push(`${act.kind} twice is not ${act.kind} once`);
    }
    const expected = oracle.grants().join(' ');
    if (after.join(' ') !== expected) this.#problems.push(`after ${act.kind}: ${after.join(' ')} instead of ${expected}`);
  }

  /** The same links in other orders, after the same history, give the same. */
  #orders(acts: readonly Act[]): void {
    const links: Act[] = Array.from({ length: 3 }, () => this.#link('link'));
    const outcomes = new Set<string>();
    for (const order of [links, [...links].reverse(), [links[1], links[0], links[2]]]) {
      const world = this.#world();
      for (const act of acts) world.act(act);
      for (const act of order) if (act !== undefined) world.act(act);
      outcomes.add(world.told());
    }
    if (outcomes.size > 1) this.#problems.push('the order of links matters');
  }

  #draw(): Act {
    const kind = this.#random.int(10);
    if (kind < 5) {
      const [purpose, choice] = [this.#random.pick(used), this.#random.pick(said)];
      return { kind: 'choose', id: this.#random.pick(ids), purpose, choice, ageMs: this.#random.chance(0.3) ? this.#random.int(8000) : 0 };
    }
    if (kind === 5) return { kind: 'restrict', id: this.#random.pick(ids), restricted: this.#random.chance(0.5) };
    return this.#link(kind < 9 ? 'link' : 'unlink');
  }

  #link(kind: 'link' | 'unlink'): Act {
    const id = this.#random.pick(ids);
    return { kind, id, other: this.#random.pick(ids.filter((each) => each !== id)) };
  }
}

function grantsIn(world: MergeWorld): string[] {
  return ids.flatMap((id) => used.filter((purpose) => world.choiceOf(id, purpose) === 'granted').map((purpose) => `${id}:${purpose}`));
}

const order: readonly (Held | undefined)[] = ['granted', undefined, 'lapsed', 'denied', 'withdrawn', 'objected'];

/** The laws as one would tell them: who is linked, who said what when, and whether everybody of a person agrees. */
class Oracle {
  /** `id:purpose` -> the last word, and when it was received. A word that is repeated is no new one. */
  readonly #said = new Map<string, { readonly choice: Held; readonly atMs: number }>();
  readonly #linkedAt = new Map<string, number>();
  readonly #known = new Set(known);
  #nowMs = 0;

  pass(): void {
    this.#nowMs += 1000;
  }

  act(act: Act): void {
    this.pass();
    if (act.kind === 'choose') this.#choose(act.id, act.purpose, act.choice, this.#nowMs - act.ageMs);
    else if (act.kind === 'restrict' && act.restricted) this.#known.add(act.id);
    else if (act.kind === 'link') this.#link(act.id, act.other);
    else if (act.kind === 'unlink') this.#linkedAt.delete(edge(act.id, act.other));
  }

  grants(): string[] {
    return ids.flatMap((id) => used.map((purpose) => `${id}:${purpose}`)).filter((each) => this.#said.get(each)?.choice === 'granted');
  }

  #choose(id: string, purpose: Purpose, choice: Choice, atMs: number): void {
    const person = this.#person(id);
    const places = person.map((each) => `${each}:${purpose}`);
    if (choice === 'granted') {
      for (const [key, linkedAt] of this.#linkedAt) if (person.includes(key.slice(0, 1)) && atMs < linkedAt) return;
      for (const place of places) {
        const last = this.#said.get(place);
        if (last !== undefined && last.choice !== 'granted' && atMs < last.atMs) return;
      }
    }
    // A refusal of somebody of whom nothing is held is not written down; an objection is.
    if (choice !== 'granted' && choice !== 'objected' && !this.#known.has(id)) return;
    this.#known.add(id);
    for (const place of places) this.#say(place, choice);
  }

  #link(one: string, other: string): void {
    if (this.#linkedAt.has(edge(one, other)) || !this.#known.has(one) || !this.#known.has(other)) return;
    this.#linkedAt.set(edge(one, other), this.#nowMs);
    const person = this.#person(one);
    for (const purpose of used) {
      const places = person.map((each) => `${each}:${purpose}`);
      const strictest = Math.max(...places.map((place) => order.indexOf(this.#said.get(place)?.choice)));
      const least = order[strictest] ?? 'lapsed';
      for (const place of places) {
        const own = this.#said.get(place)?.choice;
        if (least === 'lapsed' ? own === 'granted' : order.indexOf(own) < strictest) this.#say(place, least);
      }
    }
  }

  #say(place: string, choice: Held): void {
    if (this.#said.get(place)?.choice !== choice) this.#said.set(place, { choice, atMs: this.#nowMs });
  }

  #person(id: string): string[] {
    const found = new Set([id]);
    for (const each of found) {
      for (const key of this.#linkedAt.keys()) if (key.includes(each)) for (const end of key) found.add(end);
    }
    return [...found];
  }
}

function edge(one: string, other: string): string {
  return one < other ? one + other : other + one;
}

/** Nobody was erased. */
export function nobodyErased(): Promise<Suppressions> {
  return Suppressions.open(new MemoryDisk(), 'erasures', (subject) => subject.padEnd(16));
}
