// What an experiment says, at any time: effect with its always-valid interval, narrowed by what people did before (CUPED) where that is
// known; the effect in each group that was named beforehand, corrected; whether people were shared out as planned; the conclusion in a
// sentence.
// Groups: verdicts by Holm over p-values that hold at all times; intervals at the level divided by their number, so that all hold at once.
import { adjusted, slopeOf, type PairedSums } from './cuped.js';
import { alwaysValidP, effectOf, type Effect, type Sums } from './confidence-sequence.js';
import { holm } from './holm.js';
import { sampleRatio, type SampleRatio } from './sample-ratio.js';

export const experimentAlpha = 0.05;

export interface ArmResult {
  readonly name: string;
  readonly weight: number;
  /** People, not ids: outcome 0 or 1, covariate 0 where there is none. */
  readonly people: PairedSums;
  readonly groups: ReadonlyMap<string, PairedSums>;
}

export type Verdict = 'better' | 'worse' | 'undecided' | 'too_early' | 'broken';

export interface GroupEffect {
  readonly group: string;
  readonly effect: Effect | null;
  /** Adjusted over all groups; 1 while too little is known. */
  readonly p: number;
  readonly verdict: Verdict;
}

/** What taking out the covariate did. */
export interface Covaried {
  readonly slope: number;
  /** Width of the interval against that without it. */
  readonly width: number;
}

export interface Report {
  readonly people: { readonly [arm: string]: number };
  /** People who came into more than one arm, by ids that were linked later: they count where they came first. */
  readonly crossed: number;
  readonly effect: Effect | null;
  readonly verdict: Verdict;
  /** null: there is no covariate, or it says nothing. */
  readonly covaried: Covaried | null;
  readonly sampleRatio: SampleRatio;
  readonly groups: readonly GroupEffect[];
  readonly conclusion: string;
}

/** Compares two arms; the outcome is a rate (0..1) of people. `crossed`: see Report. */
export function reportOf(treated: ArmResult, control: ArmResult, crossed = 0): Report {
  const ratio = sampleRatio([treated.people.n, control.people.n], [treated.weight, control.weight]);
  const plain = effectOf(treated.people, control.people, experimentAlpha) ?? null;
  const less = withoutCovariate(treated.people, control.people);
  const effect = plain === null ? null : (effectOf(less.treated, less.control, experimentAlpha) ?? null);
  const covaried =
    plain === null || effect === null || less.slope === 0
      ? null
      : { slope: less.slope, width: (effect.high - effect.low) / (plain.high - plain.low) };
  const verdict = ratio.alarm ? 'broken' : verdictOf(effect);
  const told = groupEffects(treated, control);
  // Of people who were not shared out as planned nothing can be said in any group either.
  const groups = ratio.alarm ? told.map((each): GroupEffect => ({ ...each, verdict: 'broken' })) : told;
  return {
    people: { [treated.name]: treated.people.n, [control.name]: control.people.n },
    crossed,
    effect,
    verdict,
    covaried,
    sampleRatio: ratio,
    groups,
    conclusion: concluded(treated.name, control.name, verdict, effect, covaried, groups),
  };
}

function groupEffects(treated: ArmResult, control: ArmResult): GroupEffect[] {
  const names = [...new Set([...treated.groups.keys(), ...control.groups.keys()])].sort();
  const found = names.map((group) => {
    const [one, other] = [treated.groups.get(group), control.groups.get(group)];
    if (one === undefined || other === undefined) return { group, effect: null, p: 1 };
    const less = withoutCovariate(one, other);
    const effect = effectOf(less.treated, less.control, experimentAlpha / names.length) ?? null;
    return { group, effect, p: effect === null ? 1 : alwaysValidP(less.treated, less.control) };
  });
  const corrected = holm(found.map(({ p }) => p));
  return found.map(({ group, effect }, at) => {
    const p = corrected[at] ?? 1;
    const side = effect === null ? 'too_early' : p > experimentAlpha ? 'undecided' : effect.difference > 0 ? 'better' : 'worse';
    return { group, effect, p, verdict: side };
  });
}

/** Both arms with what the covariate explains taken out; as they were where it explains nothing. */
function withoutCovariate(
  treated: PairedSums,
  control: PairedSums,
): { readonly treated: Sums; readonly control: Sums; readonly slope: number } {
  const slope = slopeOf([treated, control]);
  if (slope === 0) return { treated, control, slope };
  const mean = (treated.before + control.before) / (treated.n + control.n);
  return { treated: adjusted(treated, slope, mean), control: adjusted(control, slope, mean), slope };
}

function verdictOf(effect: Effect | null): Verdict {
  if (effect === null) return 'too_early';
  if (effect.low > 0) return 'better';
  return effect.high < 0 ? 'worse' : 'undecided';
}

function concluded(
  treated: string,
  control: string,
  verdict: Verdict,
  effect: Effect | null,
  covaried: Covaried | null,
  groups: readonly GroupEffect[],
): string {
  if (verdict === 'broken')
    return 'People were not shared out over the arms as planned, so nothing can be concluded: look for where they are lost.';
  if (effect === null) return `It is too early to say anything about "${treated}" against "${control}".`;
  // What rounds to zero is zero from below, too.
  const points = (share: number): string => (share * 100).toFixed(2).replace(/^-(?=0\.00$)/u, '');
  const range = `${points(effect.low)} to ${points(effect.high)} percentage points`;
  const less = covaried === null ? '' : `, what people did before being taken into account (interval ${points(covaried.width)} % as wide)`;
  const told = groups.length === 0 ? '' : aboutGroups(groups);
  if (verdict === 'undecided')
    return `"${treated}" and "${control}" cannot be told apart yet: the difference lies within ${range}${less}.${told}`;
  return `"${treated}" is ${verdict} than "${control}", by ${range} (95 %, whenever one looks)${less}.${told}`;
}

function aboutGroups(groups: readonly GroupEffect[]): string {
  const all = (verdict: Verdict): string =>
    groups
      .filter((each) => each.verdict === verdict)
      .map(({ group }) => `"${group}"`)
      .join(', ');
  const [worse, better] = [all('worse'), all('better')];
  const found = [worse === '' ? '' : ` In ${worse} it is worse.`, better === '' ? '' : ` In ${better} it is better.`].join('');
  const number = groups.length === 1 ? 'one group' : `${groups.length} groups`;
  return found === '' ? ` Of ${number} nothing can be said apart.` : `${found} (Corrected for looking at ${number}.)`;
}
