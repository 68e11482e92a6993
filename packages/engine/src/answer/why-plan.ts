// Why a plan is what it is: each stop, each place that was passed over and each change in a sentence, and whether the plan follows from its
// record and the parts of its members. Sentences name no other person: what a member wished is told as the group's.
import { limits } from '../base/limits.js';
import { canonicalJson } from '../base/canonical-json.js';
import type { Became } from '../influence/decisions.js';
import { stopsOf } from '../influence/plan/changes.js';
import { withMembers } from '../influence/plan/group.js';
import { planStops } from '../influence/plan/planner.js';
import { speakingFor } from '../influence/plan/speaking.js';
import type { PlanChange, PlanJoined, PlanReason, PlanRecord, PlanRefusal, PlanRule, PlanStop } from '../model/plan.js';
import { moneyTold } from './money-told.js';
import { permissionOf } from './permission.js';

export interface PlanWhy extends Became {
  readonly plan: PlanRecord;
  readonly summary: string;
  readonly stops: readonly (PlanStop & { readonly title: string; readonly why: readonly string[] })[];
  readonly passedOver: readonly string[];
  readonly changes: readonly string[];
  /** Does it follow from the record? `false` also when a member is gone whose wishes were in it. */
  readonly reproducible: boolean;
}

type Naming = (item: string) => string;

/** What does not follow from the record and the parts of members; empty when the plan is exactly reproducible. */
export function replayPlan(record: PlanRecord, joined: readonly PlanJoined[]): string[] {
  if (joined.length < record.members) return ['the wishes of a member are gone, so the plan cannot be made again'];
  const problem = withMembers(record.problem, joined);
  if (!problem.ok) return ['the wishes of its members cannot be put together'];
  const problems: string[] = [];
  const planned = planStops(problem.value);
  if (canonicalJson(stopsOf(problem.value, planned)) !== canonicalJson(record.stops))
    problems.push('the stops do not follow from the problem');
  if (canonicalJson(planned.refused) !== canonicalJson(record.refused)) problems.push('the refusal does not follow from the problem');
  for (const { item, score, reasons } of record.stops) {
    const sum = reasons.reduce((total, { contribution }) => total + contribution, 0);
    if (Math.abs(sum - score) > 1e-9 * Math.max(1, Math.abs(score)))
      problems.push(`the reasons of ${JSON.stringify(item)} do not add up to its score`);
  }
  return problems;
}

/** A plan in sentences. */
export function tellPlan(record: PlanRecord, name: Naming): Pick<PlanWhy, 'summary' | 'stops' | 'passedOver' | 'changes'> {
  return {
    summary: summaryOf(record, name),
    stops: record.stops.map((stop) => ({ ...stop, title: name(stop.item), why: stopSentences(record, stop) })),
    passedOver: record.passedOver.map(({ item, rule }) => `${name(item)} was left out: ${ruleSentence[rule]}.`),
    changes: record.changes.map((change) => changeSentence(change, name)),
  };
}

export function explainPlan(record: PlanRecord, joined: readonly PlanJoined[], became: Became, name: Naming): PlanWhy {
  return { plan: record, ...tellPlan(record, name), ...became, reproducible: replayPlan(record, joined).length === 0 };
}

const ruleSentence: Readonly<Record<PlanRule, string>> = {
  closed: 'it is closed',
  retired: 'it is taken out of the catalogue',
  out_of_stock: 'it is sold out',
  not_valid: 'it is not on offer then',
  guardrail: 'a rule of this point leaves it out',
  unplaced: 'nobody says where it is',
  avoided: 'it was to be avoided',
  currency: 'its price is in another currency than the budget',
  price_unknown: 'nobody says what it costs, and there is a budget',
  hours_unreadable: 'its opening hours cannot be read',
  not_open_then: 'it is not open for long enough in that time',
  not_known: 'it is not among the places that are known here',
  too_many: 'there are more must-sees than are planned for',
  over_budget: 'it would cost more than the budget allows',
  no_time: 'it does not fit into the time that is left',
  pace: 'the pace has no room for another stop',
  less_wanted: 'others fit the plan better',
};

/** Of several must-sees of which none breaks the rule alone. */
const togetherSentence: { readonly [R in PlanRule]?: string } = {
  over_budget: 'together they would cost more than the budget allows',
  no_time: 'together they do not fit into the time that is left',
  pace: 'the pace has no room for all of them',
  too_many: ruleSentence.too_many,
};
const listFormat = new Intl.ListFormat('en', { type: 'conjunction' });

const reasonSentence: Readonly<Record<PlanReason['kind'], string>> = {
  usual: 'how many go there at all',
  with_these: 'how it goes with where the plan begins and ends',
  on_the_way: 'how near it is to where the plan begins and ends',
  of_a_kind: 'what kind of place it is',
  own_interest: 'that you looked at it lately',
  group_interest: 'that others in the group looked at it lately',
};

const contextualSentence: Readonly<Record<NonNullable<PlanRecord['contextualBecause']>, string>> = {
  no_subject: 'Nobody was named to plan for, so nothing about whoever asks was used.',
  no_grant: 'There is no permission to personalise for whoever asks, so nothing about them was used or kept.',
  superseded: 'Consent changed while this was being planned, so nothing about anybody was used.',
  objection_signal: 'The request carried an objection signal, so nothing about anybody was used.',
};

function summaryOf({ contextualBecause, basis, members, membersLeftOut, refused, stops, total }: PlanRecord, name: Naming): string {
  const planned = `Planned ${permissionOf(basis, 'with your permission to personalise')}.`;
  const whose = contextualBecause === undefined ? planned : contextualSentence[contextualBecause];
  const others = [
    members === 0 ? '' : ` The strictest wishes of ${members} more ${members === 1 ? 'member' : 'members'} hold.`,
    membersLeftOut === 0
      ? ''
      : ` ${membersLeftOut} who came along ${membersLeftOut === 1 ? 'has' : 'have'} not allowed it, and left nothing in it.`,
  ].join('');
  if (refused !== null) return `${whose}${others} ${refusalSentence(refused, name)}`;
  const cost = total === null ? '' : `, ${moneyTold('en', total)} each`;
  return `${whose}${others} ${stops.length} ${stops.length === 1 ? 'stop' : 'stops'}${cost}.`;
}

function refusalSentence({ rule, items }: PlanRefusal, name: Naming): string {
  const [first = '', ...more] = items.map(name);
  if (more.length === 0) return `There is no such plan with ${first}: ${ruleSentence[rule]}.`;
  const together = togetherSentence[rule];
  if (together !== undefined) return `There is no such plan with ${listFormat.format([first, ...more])}: ${together}.`;
  return `There is no such plan. ${[first, ...more].map((each) => `${each}: ${ruleSentence[rule]}.`).join(' ')}`;
}

function stopSentences(record: PlanRecord, stop: PlanStop): string[] {
  const speaking = speakingFor(record, stop);
  return [
    ...(stop.mustSee ? ['It is a must-see.'] : []),
    ...speaking.slice(0, limits.reasonsPerItemMax).map(({ kind, people }) => {
      return `What speaks for it: ${reasonSentence[kind]}${people === undefined ? '' : ` (${people} people were there)`}.`;
    }),
  ];
}

function changeSentence({ item, what, because }: PlanChange, name: Naming): string {
  if (what === 'added') return `${name(item)} is new: there was room for it.`;
  if (what === 'moved') return `${name(item)} is at another time.`;
  const why = because === 'disruption' ? ruleSentence.closed : because === 'room' ? '' : ruleSentence[because];
  return `${name(item)} is out: ${why}.`;
}
