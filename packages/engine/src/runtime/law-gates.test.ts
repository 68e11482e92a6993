// Each law gate: a deployment that breaks it does not start, and says by which article and what mends it; the nearest one that keeps to it
// starts. The engine is the real one, over a log on a disk in memory.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CodedError } from '../base/errors.js';
import { lawGates } from '../consent/law-gates.js';
import type { ChoicePoint } from '../model/choice.js';
import type { DecisionPoint } from '../model/decision-point.js';
import type { Deployment } from '../model/deployment.js';
import type { EventType } from '../model/event-type.js';
import { parseDeployment } from './deployment-body.js';
import { Rig } from './rig.suite.js';
import { shopTypes } from './shop-types.js';

const offers: ChoicePoint = {
  name: 'offer',
  kind: 'choose',
  actions: [{ id: 'free-tea', kind: 'offer', channel: 'page', category: 'tea' }],
  learner: 'thompson',
  features: [],
  halfLifeDays: null,
  floorPpm: 50_000,
  uniformPpm: 10_000,
  holdoutPpm: 50_000,
  objective: { outcome: 'order', welfare: { outcome: 'return', allowedPpm: 10_000 } },
  guardrails: { caps: [], deny: [], vulnerable: [] },
};

interface Case {
  readonly deployment: Deployment;
  readonly types?: readonly EventType[];
  /** As JSON: kinds of points that this build does not know are looked at, too. */
  readonly points?: readonly object[];
}

const typed = (name: string, more: Partial<EventType> = {}): EventType => ({
  name,
  category: 'behavioural',
  purposes: { personalise: 'consent' },
  properties: { value: { type: 'number' } },
  retentionDays: 30,
  ...more,
});
const pointOf = (kind: string, name = 'check'): object => ({ name, kind, limit: 10, uniformPpm: 0 });
const mood = typed('mood.noted', { category: 'emotion' });
const walk = typed('gait.seen', {
  category: 'biometric',
  properties: { pace: { type: 'number' }, origin: { type: 'string', means: 'race' } },
});
const pulse = typed('pulse.taken', { category: 'health', purposes: { care: 'consent', personalise: 'declared' } });
const paid = typed('bill.paid', { category: 'financial' });
const judged = { human: 'appeals desk, appeals@shop.example' };

/** For each rule: what breaks it (each alone), and what is nearest to it and keeps it. */
const cases: { readonly [rule: string]: { readonly broken: readonly Case[]; readonly kept: readonly Case[]; readonly names: RegExp } } = {
  emotion_at_work_or_school: {
    broken: [
      { deployment: { sectors: ['work'] }, types: [mood] },
      { deployment: { sectors: ['retail', 'education'] }, types: [mood] },
      { deployment: {}, types: [mood] },
      { deployment: { sectors: ['work'] }, types: [typed('call.rated', { properties: { tone: { type: 'string', means: 'emotion' } } })] },
      { deployment: { sectors: ['education'], uses: ['emotion_inference'] } },
    ],
    kept: [
      { deployment: { sectors: ['media'] }, types: [mood] },
      { deployment: { sectors: ['work'] }, types: [typed('call.rated')] },
      { deployment: { sectors: ['education'], uses: ['ranking'] } },
    ],
    names: /mood\.noted|call\.rated|emotion_inference/,
  },
  sensitive_biometric_categorisation: {
    broken: [
      { deployment: { sectors: ['retail'] }, types: [walk] },
      { deployment: { sectors: ['retail'], uses: ['sensitive_biometric_categorisation'] } },
    ],
    kept: [{ deployment: { sectors: ['retail'] }, types: [{ ...walk, properties: { pace: { type: 'number' } } }] }],
    names: /gait\.seen \(origin means race\)|sensitive_biometric_categorisation/,
  },
  social_scoring: {
    broken: [
      {
        deployment: { sectors: ['finance', 'retail'], points: { check: { sector: 'finance', ...judged } } },
        types: [paid],
        points: [pointOf('assess')],
      },
      {
        deployment: {
          sectors: ['finance', 'retail'],
          eventTypes: { 'bill.paid': { sector: 'retail' } },
          points: { check: { sector: 'finance', ...judged } },
        },
        types: [paid],
        points: [pointOf('assess')],
      },
      { deployment: { points: { check: judged } }, types: [paid], points: [pointOf('assess')] },
      { deployment: { sectors: ['public_services'], uses: ['social_scoring'] } },
    ],
    kept: [
      {
        deployment: {
          sectors: ['finance', 'retail'],
          eventTypes: { 'bill.paid': { sector: 'finance' }, 'shelf.seen': { sector: 'retail' } },
          points: { check: { sector: 'finance', reads: ['bill.paid'], ...judged } },
        },
        types: [paid, typed('shelf.seen')],
        points: [pointOf('assess')],
      },
      { deployment: { sectors: ['finance'], points: { check: judged } }, types: [paid], points: [pointOf('assess')] },
    ],
    names: /check .*reads event type bill\.paid|social_scoring/,
  },
  special_categories_by_consent: {
    broken: [
      { deployment: { sectors: ['health'] }, types: [pulse] },
      { deployment: { sectors: ['media'] }, types: [{ ...mood, purposes: { personalise: 'declared' } }] },
      {
        deployment: { sectors: ['retail'] },
        types: [{ ...typed('face.seen', { category: 'biometric' }), purposes: { service: 'declared' } }],
      },
    ],
    kept: [
      { deployment: { sectors: ['health'] }, types: [{ ...pulse, purposes: { care: 'consent', personalise: 'consent' } }] },
      { deployment: { sectors: ['health'] }, types: [{ ...pulse, category: 'behavioural' }] },
    ],
    names: /pulse\.taken \(personalise\)|mood\.noted|face\.seen/,
  },
  health_for_fraud: {
    broken: [{ deployment: { sectors: ['finance'] }, types: [{ ...pulse, purposes: { care: 'consent', fraud: 'consent' } }] }],
    kept: [{ deployment: { sectors: ['finance'] }, types: [{ ...pulse, purposes: { care: 'consent' } }] }],
    names: /pulse\.taken/,
  },
  purposes_declared: {
    broken: [{ deployment: { sectors: ['retail'], purposes: ['service'] }, types: [typed('page.seen')] }],
    kept: [{ deployment: { sectors: ['retail'], purposes: ['service', 'personalise'] }, types: [typed('page.seen')] }],
    names: /page\.seen \(personalise\)/,
  },
  human_path: {
    broken: [
      { deployment: { sectors: ['finance'], points: { check: { effect: 'significant' } } }, points: [pointOf('rank')], types: [paid] },
      {
        deployment: { sectors: ['finance'], points: { check: { effect: 'significant', human: ' ' } } },
        points: [pointOf('rank')],
        types: [paid],
      },
      { deployment: { sectors: ['finance'] }, points: [pointOf('assess')], types: [paid] },
    ],
    kept: [
      {
        deployment: { sectors: ['finance'], points: { check: { effect: 'significant', ...judged } } },
        points: [pointOf('rank')],
        types: [paid],
      },
      { deployment: { sectors: ['finance'], points: { check: { effect: 'none' } } }, points: [pointOf('assess')], types: [paid] },
    ],
    names: /decision point check/,
  },
  assess_only_holds: {
    broken: [
      {
        deployment: { sectors: ['finance'], points: { check: { brings: 'refusal', ...judged } } },
        points: [pointOf('assess')],
        types: [paid],
      },
    ],
    kept: [
      {
        deployment: { sectors: ['finance'], points: { check: { brings: 'hold', ...judged } } },
        points: [pointOf('assess')],
        types: [paid],
      },
    ],
    names: /decision point check/,
  },
  declared_exists: {
    broken: [
      { deployment: { sectors: ['retail'], points: { chekc: { effect: 'none' } } }, types: [paid] },
      { deployment: { sectors: ['retail'], eventTypes: { 'bill.payed': { sector: 'retail' } } }, types: [paid] },
    ],
    kept: [{ deployment: { sectors: ['retail'], eventTypes: { 'bill.paid': { sector: 'retail' } } }, types: [paid] }],
    names: /chekc|bill\.payed/,
  },
};

async function start({ deployment, types, points }: Case): Promise<Rig> {
  const rig = new Rig();
  const given: DecisionPoint[] | undefined = points === undefined ? undefined : JSON.parse(JSON.stringify(points));
  await rig.start(given, { deployment, ...(types === undefined ? {} : { eventTypes: types }) });
  return rig;
}

async function refusal(wanted: Case): Promise<CodedError> {
  try {
    const rig = await start(wanted);
    await rig.engine.close();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('it started');
}

test('every gate has its cases', () => {
  expect(Object.keys(cases)).toEqual(lawGates.map(({ rule }) => rule));
});

describe.each(lawGates)('$rule', ({ rule, article, remedy }) => {
  const { broken = [], kept = [], names = /^$/ } = cases[rule] ?? {};

  test('a deployment that breaks it does not start, and the message has the article and the remedy', async () => {
    expect(broken.length).toBeGreaterThan(0);
    for (const each of broken) {
      const error = await refusal(each);
      expect(error.code).toBe('law_gate');
      for (const part of [article, `rule ${rule}`, remedy]) expect(error.message).toContain(part);
      expect(error.message).toMatch(names);
      // Alone: no other rule is what stops it.
      expect(error.message.match(/, rule \w+/g)).toEqual([`, rule ${rule}`]);
    }
  });

  test('the nearest one that keeps to it starts', async () => {
    expect(kept.length).toBeGreaterThan(0);
    for (const each of kept) await (await start(each)).engine.close();
  });
});

test('the shop starts without a word about itself', async () => {
  await (await start({ deployment: {} })).engine.close();
  await (await start({ deployment: { region: ['EU'], sectors: ['work'] }, types: shopTypes })).engine.close();
});

test('a point that chooses an action is a decision point, too', async () => {
  const choicePoints: ChoicePoint[] = [offers];
  const opened = async (effect: 'none' | 'significant'): Promise<Rig> => {
    const rig = new Rig();
    await rig.start(undefined, { deployment: { sectors: ['retail'], points: { offer: { effect } } }, choicePoints });
    return rig;
  };
  await expect(opened('significant')).rejects.toThrow('decision point offer');
  await (await opened('none')).engine.close();
});

test('a type that an earlier start has put into the log is looked at, too; nothing is left open', async () => {
  const rig = new Rig();
  await rig.start(undefined, { deployment: { sectors: ['media'] }, eventTypes: [mood] });
  await rig.engine.close();
  await expect(rig.start(undefined, { deployment: { sectors: ['work'] }, eventTypes: [paid] })).rejects.toThrow('mood.noted');
  await rig.start(undefined, { deployment: { sectors: ['media'] }, eventTypes: [paid] });
  expect(rig.engine.core.registry.list().map(({ name }) => name)).toEqual(['mood.noted', 'bill.paid']);
  await rig.engine.close();
});

describe('the deployment file', () => {
  test('is checked against its schema, and names the place of what is wrong', () => {
    for (const [text, place] of [
      ['', ''],
      ['[]', ''],
      ['{"sectors":["shop"]}', '/sectors/0'],
      ['{"sector":["retail"]}', '/sector'],
      ['{"region":["Europe"]}', '/region/0'],
      ['{"purposes":["profit"]}', '/purposes/0'],
      ['{"points":{"home":{"effect":"grave"}}}', '/points/home/effect'],
      ['{"points":{"home":{"humans":"x"}}}', '/points/home/humans'],
      ['{"eventTypes":{"x":{}}}', '/eventTypes/x'],
    ] as const) {
      expect([text, parseDeployment(text)]).toEqual([text, { ok: false, code: 'deployment_shape', field: place }]);
    }
    const page = readFileSync(new URL('../../../../docs/law-gates.md', import.meta.url), 'utf8');
    const example = /```json\n([^`]+)```/.exec(page)?.[1] ?? '';
    expect(parseDeployment(example)).toMatchObject({ ok: true, value: { region: ['EU'] } });
  });
});

test('docs/law-gates.md lists the gates as they are', () => {
  const page = readFileSync(new URL('../../../../docs/law-gates.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, name = '', rest = '']) => [name, ...rest.split(' | ')]);
  expect(rows).toEqual(lawGates.map(({ rule, article, forbids, remedy }) => [rule, article, forbids, remedy]));
});
