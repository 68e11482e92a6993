// Chooses the settings of the visit model on held-out visits: the newest ones are asked, the others are learned from. One rule for every shop.
// Search: one setting at a time, two steps up and two down, each judged on a small sample first; only what is no worse there is judged on all
// held-out questions (successive halving with two rungs: Jamieson and Talwalkar, AISTATS 2016). Steps halve after each round.
// Aim: HR@20 + MRR@20 / 4. Both count; a place in the list is worth more than its order, since a page shows the list.
// Invariant: no clock and no chance: the caller bounds the time by ending the iteration, and goes on from the last state that it was given.
import type { HashKey } from '../../base/half-sip-hash.js';
import { limits } from '../../base/limits.js';
import { VisitIndex } from './visit-index.js';
import { visitSettingNames, visitSettingRanges, type VisitSettings } from './visit-settings.js';

/** Items of one visit, oldest first, and when its last event happened (ms since 1970 UTC). */
export interface TunedVisit {
  readonly items: readonly string[];
  readonly atMs: number;
}

/** Where a search stands: enough to go on from, as JSON. */
export interface TuneState {
  readonly settings: VisitSettings;
  readonly hr20: number;
  readonly mrr20: number;
  /** Rounds done, and settings done within the round. */
  readonly round: number;
  readonly within: number;
  /** A setting changed in this round. */
  readonly moved: boolean;
}

export interface TuneStep extends TuneState {
  /** Questions that were held out; progress in 0..1; whether the search has come to its end. */
  readonly questions: number;
  readonly done: number;
  readonly ended: boolean;
}

const rounds = 3;
const firstStep = 1.6;
const samplePart = 4;
const answers = 20;
/** Settings in the order of what they were seen to give, so that a search that is ended early has had the best of it. */
const order: readonly (keyof VisitSettings)[] = [
  'onward',
  'fadePlace',
  'strengthQuarters',
  'lengthQuarters',
  'recencyDays',
  'back',
  'rarityQuarters',
  'fadeQuery',
  'transitions',
  'onwardBelow',
  'seen',
  'common',
  'before',
  'atPlace',
  'onwardHalf',
];

interface Quality {
  readonly hr20: number;
  readonly mrr20: number;
}

class Trial {
  readonly #index: VisitIndex;
  readonly #asked: readonly { readonly items: readonly string[]; readonly target: string; readonly nowMs: number }[];

  constructor(visits: readonly TunedVisit[], hashKey: HashKey) {
    this.#index = new VisitIndex({ hashKey });
    const held = Math.min(limits.tuneVisitsMax, Math.ceil(visits.length / 10));
    const from = visits.length - held;
    visits.slice(0, from).forEach(({ items, atMs }, at) => this.#index.replace(at, `v${at}`, items, atMs));
    const nowMs = visits[from - 1]?.atMs ?? 0;
    // Every so many-th of the held visits, spread over all of them, up to the bound on questions.
    const all = visits.slice(from).flatMap(({ items, atMs }) =>
      items.slice(1).map((target, at) => ({
        items: items.slice(Math.max(0, at + 1 - limits.queryItemsMax), at + 1),
        target,
        nowMs: Math.max(nowMs, atMs),
      })),
    );
    const every = Math.max(1, Math.ceil(all.length / limits.tuneQuestionsMax));
    this.#asked = all.filter((_, at) => at % every === 0);
  }

  get questions(): number {
    return this.#asked.length;
  }

  judge(settings: VisitSettings, every: number): Quality {
    this.#index.adopt(settings);
    let [hits, reciprocal, asked] = [0, 0, 0];
    for (let at = 0; at < this.#asked.length; at += every) {
      const question = this.#asked[at];
      if (question === undefined) break;
      asked += 1;
      const place = this.#index.score(question, () => true, answers).findIndex(({ item }) => item === question.target);
      if (place < 0) continue;
      hits += 1;
      reciprocal += 1 / (place + 1);
    }
    return { hr20: hits / Math.max(1, asked), mrr20: reciprocal / Math.max(1, asked) };
  }
}

const worth = ({ hr20, mrr20 }: Quality): number => hr20 + mrr20 / 4;

/**
 * Steps of the search, the first being the settings that it starts from. `visits` in the order of time; `start`: settings, or the last step of
 * a search that was interrupted.
 */
export function* tuneVisits(visits: readonly TunedVisit[], start: VisitSettings | TuneState, hashKey: HashKey): Generator<TuneStep, void> {
  const trial = new Trial(visits, hashKey);
  let state: TuneState = 'settings' in start ? start : { settings: start, ...trial.judge(start, 1), round: 0, within: 0, moved: false };
  const step = (ended: boolean): TuneStep => ({
    ...state,
    questions: trial.questions,
    done: ended ? 1 : (state.round * order.length + state.within) / (rounds * order.length),
    ended,
  });
  yield step(false);
  while (state.round < rounds && trial.questions > 0) {
    const name = order[state.within];
    if (name === undefined) {
      if (!state.moved && state.round > 0) break;
      state = { settings: state.settings, hr20: state.hr20, mrr20: state.mrr20, round: state.round + 1, within: 0, moved: false };
      continue;
    }
    const sample = worth(trial.judge(state.settings, samplePart));
    let moved = state.moved;
    let best: TuneState = state;
    for (const settings of neighboursOf(state.settings, name, state.round)) {
      if (worth(trial.judge(settings, samplePart)) < sample) continue;
      const quality = trial.judge(settings, 1);
      if (worth(quality) <= worth(best)) continue;
      best = { ...state, settings, ...quality };
      moved = true;
    }
    state = { settings: best.settings, hr20: best.hr20, mrr20: best.mrr20, round: state.round, within: state.within + 1, moved };
    yield step(false);
  }
  yield step(true);
}

/** Two smaller and two larger values of one setting, each within its range and none the value itself. */
function neighboursOf(settings: VisitSettings, name: keyof VisitSettings, round: number): VisitSettings[] {
  const [least, most] = visitSettingRanges[name];
  const now = settings[name];
  const values: number[] = [];
  if (name.endsWith('Quarters')) values.push(now - 2, now - 1, now + 1, now + 2);
  else if (most === 1) {
    // A share: its distance from 1 is what is scaled.
    const step = (firstStep - 1) / (round + 1) + 1;
    values.push(1 - (1 - now) * step * step, 1 - (1 - now) * step, 1 - (1 - now) / step, 1 - (1 - now) / (step * step));
    if (now === 1) values.push(0.98);
  } else {
    const step = (firstStep - 1) / (round + 1) + 1;
    values.push(now / (step * step), now / step, now * step, now * step * step);
    if (now === 0) values.push(least + (most - least) / 50);
  }
  const rounded = values.map((value) => Math.round(value * 10_000) / 10_000);
  return rounded.filter((value) => value !== now && value >= least && value <= most).map((value) => ({ ...settings, [name]: value }));
}

/** The settings in lines for people. */
export function settingsText(settings: VisitSettings): string[] {
  return visitSettingNames.map((name) => `${name} ${settings[name]}`);
}
