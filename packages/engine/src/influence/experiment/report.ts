// What an experiment says, at any time: effect with its always-valid interval, by group with correction, whether people were shared out as
// planned, and the conclusion in a sentence. Groups share the level (Bonferroni), so all intervals hold together.
import { sampleRatio, type SampleRatio } from './sample-ratio.js';
import { effectOf, type Effect, type Sums } from './confidence-sequence.js';

export const experimentAlpha = 0.05;

export interface ArmResult {
  readonly name: string;
  readonly weight: number;
  /** People assigned who came. */
  readonly people: number;
  readonly outcome: Sums;
  readonly groups: ReadonlyMap<string, Sums>;
}

export type Verdict = 'better' | 'worse' | 'undecided' | 'too_early' | 'broken';

export interface GroupEffect {
  readonly group: string;
  readonly effect: Effect | null;
  readonly verdict: Verdict;
}

export interface Report {
  readonly effect: Effect | null;
  readonly verdict: Verdict;
  readonly sampleRatio: SampleRatio;
  readonly groups: readonly GroupEffect[];
  readonly conclusion: string;
}

/** Compares two arms; the outcome is a rate (0..1) of people. */
export function reportOf(treated: ArmResult, control: ArmResult): Report {
  const ratio = sampleRatio([treated.people, control.people], [treated.weight, control.weight]);
  const effect = effectOf(treated.outcome, control.outcome, experimentAlpha) ?? null;
  const names = [...new Set([...treated.groups.keys(), ...control.groups.keys()])].sort();
  const groups = names.map((group): GroupEffect => {
    const [one, other] = [treated.groups.get(group), control.groups.get(group)];
    const own = one === undefined || other === undefined ? null : (effectOf(one, other, experimentAlpha / names.length) ?? null);
    return { group, effect: own, verdict: verdictOf(own) };
  });
  const verdict = ratio.alarm ? 'broken' : verdictOf(effect);
  return { effect, verdict, sampleRatio: ratio, groups, conclusion: concluded(treated.name, control.name, verdict, effect, groups) };
}

function verdictOf(effect: Effect | null): Verdict {
  if (effect === null) return 'too_early';
  if (effect.low > 0) return 'better';
  return effect.high < 0 ? 'worse' : 'undecided';
}

function concluded(treated: string, control: string, verdict: Verdict, effect: Effect | null, groups: readonly GroupEffect[]): string {
  if (verdict === 'broken')
    return 'People were not shared out over the arms as planned, so nothing can be concluded: look for where they are lost.';
  if (effect === null) return `It is too early to say anything about "${treated}" against "${control}".`;
  const points = (share: number): string => (share * 100).toFixed(2);
  const range = `${points(effect.low)} to ${points(effect.high)} percentage points`;
  const worse = groups.filter(({ verdict: each }) => each === 'worse').map(({ group }) => `"${group}"`);
  const but = worse.length > 0 ? ` In ${worse.join(', ')} it is worse.` : '';
  if (verdict === 'undecided') return `"${treated}" and "${control}" cannot be told apart yet: the difference lies within ${range}.${but}`;
  return `"${treated}" is ${verdict} than "${control}", by ${range} (95 %, whenever one looks).${but}`;
}
