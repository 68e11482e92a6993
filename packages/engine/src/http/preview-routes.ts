// POST /v1/points/:name/preview: what somebody would be offered at a point now, and what not by which rule. For operators, who see what
// they have set up: nothing is answered to the person, so nothing is logged, no budget is spent and no cap moves.
// Invariant: the answer never names the person. Whoever shows the raw subject beside it owes the trail a `person.unmasked` act.
import { choiceRuleSentence } from '../answer/why-choice.js';
import { ok, type Result } from '../base/result.js';
import type { Engine } from '../runtime/engine.js';
import { parseChoose } from './choose-body.js';
import { answer } from './cold-answer.js';
import { parseDecide } from './decide-body.js';
import type { Asked, RouteTable } from './route-table.js';

export function addPreview(table: RouteTable, engine: Engine): void {
  table.add('POST', '/v1/points/:name/preview', { needs: 'admin' }, (asked) => answer(preview(engine, asked)));
}

function preview(engine: Engine, { param, json }: Asked): Result<object> {
  const point = param('name');
  const body = json();
  if (!body.ok) return body;
  return engine.choosing.point(point) === undefined ? listed(engine, point, body.value) : chosen(engine, point, body.value);
}

function listed(engine: Engine, point: string, body: unknown): Result<object> {
  const asked = parseDecide(point, body, false);
  const draft = asked.ok ? engine.prepareRank(asked.value) : asked;
  if (!draft.ok) return draft;
  const { mode, contextualBecause, answer: items, excluded } = draft.value.record;
  return ok({
    point,
    kind: 'rank',
    mode,
    because: contextualBecause ?? null,
    held: null,
    offered: items.map(({ item, propensity }) => ({ id: item, probability: propensity })),
    stopped: Object.entries(excluded).map(([rule, count]) => ({ id: null, count, rule, why: `${count} left out: ${rule}.` })),
  });
}

function chosen(engine: Engine, point: string, body: unknown): Result<object> {
  const asked = parseChoose(point, body, false);
  const draft = asked.ok ? engine.choosing.prepare(asked.value) : asked;
  if (!draft.ok) return draft;
  const { record, texts } = draft.value;
  const { mode, contextualBecause, held, candidates, excluded } = record;
  return ok({
    point,
    kind: 'choose',
    mode,
    because: contextualBecause ?? null,
    held,
    offered: candidates.map(({ action, probability }) => ({ id: action, probability, text: texts.get(action) ?? null })),
    stopped: excluded.map(({ action, rule }) => ({ id: action, count: 1, rule, why: choiceRuleSentence(action, rule) })),
  });
}
