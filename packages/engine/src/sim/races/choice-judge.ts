// The checks of the race suite over choices: what may be told, how often somebody may be addressed, and that what choosing holds was taught
// by those who let it, counted again from the ledger alone.
import type { ChoiceRecord } from '../../model/choice.js';
import type { Engine } from '../../runtime/engine.js';
import type { GatedLog } from './gated-log.js';
import type { Judge } from './judge.js';
import type { Entry, Ledger } from './ledger.js';

/** How often somebody may be addressed within the time that a schedule takes. */
export const capMax = 2;

export class ChoiceJudge {
  readonly #log: GatedLog;
  readonly #judge: Judge;

  constructor(log: GatedLog, judge: Judge) {
    this.#log = log;
    this.#judge = judge;
  }

  get #ledger(): Ledger {
    return this.#judge.ledger;
  }

  /** An answer as given. */
  answered(record: ChoiceRecord, subject: string): void {
    const placed = this.#ledger.entries.find(({ id, type }) => id === record.id && type === 'choice.made');
    if (placed === undefined || placed.position >= this.#log.durable) this.#problem('a choice was answered before it was on disk');
    if (record.mode === 'contextual') {
      if (record.subject !== null || placed?.subject != null) this.#problem('a contextual choice names its asker');
      return;
    }
    // Between the engine's last look and this one a promise or two have had their turn: what was placed in them is not held against it.
    if (this.#ledger.isRefused(subject, 'personalise')) this.#problem('a personal choice was told after a withdrawal was acknowledged');
    if (placed !== undefined && !this.#ledger.readable(subject, 'personalise', placed.position))
      this.#problem('a choice was placed as personal after the withdrawal had its place in the log');
    if (placed !== undefined && !this.#ledger.isLive(placed.position)) this.#problem('a choice was told of somebody who is erased');
    const done = this.#choicesOf(subject).filter(({ action }) => action !== null);
    if (done.length > capMax) this.#problem('a cap is broken');
  }

  /**
   * Nothing was learned of choices but what may be learned from; `isAtRest`: and all of that. While an erasure is under way, state knows
   * less than the log.
   */
  state(engine: Engine, isAtRest = false): void {
    const { choices, fold } = engine.core;
    const told = new Map<string, string>();
    const subjects: string[] = [];
    for (const line of choices.dump()) {
      const [kind, name, at = '', ...rest] = line.split('\t');
      if (kind === 'row' && name !== undefined) subjects.push(JSON.parse(name) as string); // our own dump
      if (kind === 'sums' && name === 'counts' && rest[0] === '""') told.set(`counts ${rest[1]}`, `${rest[3]} ${rest[4]}`);
      if (kind === 'sums' && name === 'arm' && at.endsWith(',""]')) told.set(`arm ${at}`, `${rest[0]} ${rest[1]}`);
    }
    for (const subject of subjects)
      if (this.#ledger.live(subject).length === 0) this.#problem('choices are left of a person of whom nothing is left');
    const taught = this.#taught(fold.position);
    for (const at of new Set([...told.keys(), ...taught.keys()])) {
      const [own, most] = [told.get(at) ?? '0 0', taught.get(at) ?? '0 0'];
      const [n = 0, won = 0] = own.split(' ').map(Number);
      const [nMost = 0, wonMost = 0] = most.split(' ').map(Number);
      if (n > nMost || won > wonMost || (isAtRest && own !== most))
        this.#problem(`choosing learned ${at} as ${own}, and may have it as ${most}`);
    }
  }

  #choicesOf(subject: string): ChoiceRecord[] {
    // the engine wrote them
    return this.#ledger.live(subject).flatMap(({ properties }) => (properties['choice'] as ChoiceRecord | undefined) ?? []);
  }

  /** Trials and wins of each action, people and winners of each arm, by what is folded. */
  #taught(below: number): Map<string, string> {
    const taught = new Map<string, [number, number]>();
    const add = (at: string, isWon: boolean): void => {
      const [n, won] = taught.get(at) ?? [0, 0];
      taught.set(at, [n + 1, won + (isWon ? 1 : 0)]);
    };
    for (const subject of new Set(this.#ledger.entries.map((entry) => entry.subject))) {
      if (subject === null) continue;
      const own = this.#ledger.live(subject).filter(({ position }) => position < below);
      const since = this.#since(own);
      const arms = new Map<string, boolean>();
      for (const entry of own) {
        const record = entry.properties['choice'] as ChoiceRecord | undefined; // as above
        if (record === undefined || entry.position < since) continue;
        const followed = own.filter(({ properties, mask }) => properties['decisionId'] === record.id && (mask & trainBit) !== 0);
        const isWon = followed.some(({ properties }) => properties['kind'] === 'order');
        const isShown = followed.some(({ type }) => type === 'exposure');
        if (record.action !== null && (isShown || isWon)) add(`counts ${JSON.stringify(record.action)}`, isWon);
        const arm = record.experiment === null ? undefined : JSON.stringify([record.experiment.name, record.experiment.arm, '']);
        if (arm !== undefined) arms.set(arm, (arms.get(arm) ?? false) || isWon);
      }
      for (const [arm, isWon] of arms) add(`arm ${arm}`, isWon);
    }
    return new Map([...taught].map(([at, [n, won]]) => [at, `${n} ${won}`]));
  }

  /** From where on somebody may be learned from: their last grant of `train`, if nothing has refused it since, nor `personalise`. */
  #since(own: readonly Entry[]): number {
    let since = Infinity;
    let granted = false;
    for (const { position, properties } of own) {
      const choices = properties['choices'] as Readonly<Record<string, string>> | undefined; // as above
      if (choices === undefined) continue;
      const was = granted;
      granted = choices['train'] === undefined ? granted : choices['train'] === 'granted';
      // What was taught is taken back by a refusal of either; a declared basis may have carried `personalise`.
      if (granted && (!was || (choices['personalise'] ?? 'granted') !== 'granted')) since = position;
      if (!granted) since = Infinity;
    }
    return since;
  }

  #problem(problem: string): void {
    if (!this.#judge.problems.includes(problem)) this.#judge.problems.push(problem);
  }
}

const trainBit = 8;
