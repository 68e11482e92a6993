// Is what is said to change a decision true? Random decisions over a trained index, each asked what would have changed it; then somebody
// new really does, views or asks for the changed thing, in the same state, and what they are answered is compared with what was said.
// Those who ask grant `personalise` only, so that nothing is learned from them and the state is the same for everybody.
import { open, type Counterfactual, type DecisionRecord, type Engine, type Item, type RankRequest, type Removal } from 'ethogram';
import { ManualClock } from 'ethogram/internal/adapters/manual-clock';
import { SeededEntropy } from 'ethogram/internal/adapters/seeded-entropy';
import { benchPoints } from './bench-point.js';
import { demand } from './complaint.js';
import type { Fault } from './fault.js';
import { percentile, rounded } from './percentile.js';
import { Progress } from './progress.js';
import { makeScratchFolder, removeScratchFolder } from './scratch-folder.js';
import { SeededRandom } from './seeded-random.js';
import { importVisits } from './visit-import.js';
import { visitsFrom, visitSource } from './visit-source.js';
import type { Visit } from './visits.js';

const startMs = 1_767_225_600_000;
const tolerance = 1e-9;

/** What somebody does and asks for. `personal` false: nobody is named, the request carries the views. */
interface Asking {
  readonly personal: boolean;
  readonly views: Visit;
  readonly request: Pick<RankRequest, 'pins' | 'exclude' | 'filter'>;
}

export async function counterfactual(options: {
  readonly data: string | null;
  readonly small: boolean;
  readonly fault: Fault | null;
}): Promise<object> {
  const visits = visitsFrom(visitSource(options.data, options.small));
  const decisions = options.small ? 60 : 1000;
  const folder = makeScratchFolder();
  const clock = new ManualClock(startMs);
  const engine = await open(folder, { clock, points: benchPoints, tickMs: 0, entropy: new SeededEntropy(1) });
  const random = new SeededRandom(11);
  try {
    await importVisits(engine, visits.train, startMs, null);
    const items = [...new Set(visits.train.flat())].sort();
    await sell(engine, items, random);
    const people = new People(engine, clock);
    const drawn = random.shuffle(visits.test.filter((visit) => visit.length > 1)).slice(0, decisions);
    const counts = { same_state: 0, flips_as_said: 0, adds_up: 0, by_one: 0, by_two: 0, by_visit: 0, by_winner: 0 };
    const times: number[] = [];
    const progress = new Progress('counterfactual', decisions);
    for (let n = 0; n < decisions; n += 1) {
      const asking = drawAsking(drawn[n % drawn.length] ?? [], items, random);
      const record = await people.ask(asking);
      if (addsUp(record, options.fault)) counts.adds_up += 1;
      const fromMs = performance.now();
      const found = await engine.whyInFull(record.id);
      times.push(performance.now() - fromMs);
      demand(found.ok && found.value.counterfactual !== null, 'a decision was not decided again');
      const said = options.fault === 'guessed-change' ? guessed(found.value.counterfactual, record) : found.value.counterfactual;
      if (said.asRecorded && said.first === firstOf(record)) counts.same_state += 1;
      const { without } = said;
      const twin = await people.ask(changed(asking, without));
      if (without.length > 0 && firstOf(twin) === said.instead && firstOf(twin) !== firstOf(record)) counts.flips_as_said += 1;
      counts[kindOf(without)] += 1;
      progress.at(n);
    }
    progress.end();
    const [p50, p99] = [0.5, 0.99].map((share) => rounded(percentile(times, share), 3));
    return { bench: 'counterfactual', decisions, ...counts, p50_ms: p50, p99_ms: p99 };
  } finally {
    await engine.close();
    removeScratchFolder(folder);
  }
}

class People {
  readonly #engine: Engine;
  readonly #clock: ManualClock;
  #count = 0;

  constructor(engine: Engine, clock: ManualClock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  /** Somebody new views these and is answered. */
  async ask({ personal, views, request }: Asking): Promise<DecisionRecord> {
    this.#count += 1;
    const subject = `asker-${this.#count}`;
    if (personal) await this.#view(subject, views);
    const named = personal ? { subject } : { context: { items: views } };
    const decided = this.#engine.rank({ point: 'bench', ...named, ...request });
    demand(decided.ok && decided.value.mode === (personal ? 'personal' : 'contextual'), 'a ranking was refused');
    return decided.value;
  }

  async #view(subject: string, views: Visit): Promise<void> {
    const granted = await this.#engine.choose(subject, { choices: { personalise: 'granted' }, origin: 'bench' });
    demand(granted.ok, 'a grant was refused');
    const events = views.map((item, place) => ({
      id: `${place}`,
      subject,
      type: 'item.viewed',
      occurredAt: this.#clock.now(),
      source: 'bench',
      properties: { product_id: item },
    }));
    const written = await this.#engine.accept(events);
    demand(written.ok && written.value.accepted === events.length, 'views were refused');
  }
}

/** A catalogue in which filters have something to do. */
async function sell(engine: Engine, ids: readonly string[], random: SeededRandom): Promise<void> {
  const items = ids.map((id): Item => ({ id, category: `k${random.below(8)}`, price: 100 + random.below(900), stock: random.below(10) }));
  for (let from = 0; from < items.length; from += 1_000) {
    const done = await engine.upsertItems(items.slice(from, from + 1_000));
    demand(done.ok, 'items were refused');
  }
}

/** A prefix of a visit; in some requests a pin, an exclusion, a filter; in some nobody is named. */
function drawAsking(visit: Visit, items: readonly string[], random: SeededRandom): Asking {
  const views = visit.slice(0, 1 + random.below(visit.length - 1)).slice(-20);
  const some = (share: number): boolean => random.share() < share;
  const any = (): string => items[random.below(items.length)] ?? '';
  return {
    personal: !some(0.2),
    views,
    request: {
      ...(some(0.5) ? { exclude: [...new Set(views)] } : {}),
      ...(some(0.1) ? { pins: [any()] } : {}),
      ...(some(0.3) ? { filter: { inStock: true, ...(some(0.5) ? { priceMax: 500 } : {}) } } : {}),
    },
  };
}

/** What somebody does who does not do, or ask for, these. Written here anew, not taken from the engine. */
function changed({ personal, views, request }: Asking, without: readonly Removal[]): Asking {
  const gone = (kind: Removal['kind']): Set<string> => new Set(without.filter((each) => each.kind === kind).map(({ name }) => name));
  const [pins, exclude] = [request.pins ?? [], request.exclude ?? []];
  const parts = Object.entries(request.filter ?? {}).filter(([part]) => !gone('filter').has(part));
  return {
    personal,
    views: without.some(({ kind }) => kind === 'inputs') ? [] : views.filter((item) => !gone('input').has(item)),
    request: {
      pins: pins.filter((item) => !gone('pin').has(item)),
      exclude: [...exclude.filter((item) => !gone('exclusion').has(item)), ...gone('candidate')],
      filter: Object.fromEntries(parts),
    },
  };
}

function kindOf(without: readonly Removal[]): 'by_one' | 'by_two' | 'by_visit' | 'by_winner' {
  if (without.some(({ kind }) => kind === 'candidate')) return 'by_winner';
  if (without.some(({ kind }) => kind === 'inputs')) return 'by_visit';
  return without.length > 1 ? 'by_two' : 'by_one';
}

function firstOf({ answer }: DecisionRecord): string | null {
  return answer[0]?.item ?? null;
}

function addsUp({ answer }: DecisionRecord, fault: Fault | null): boolean {
  return answer.every(({ score, reasons }) => {
    const told = fault === 'lost-reason' ? reasons.slice(0, -1) : reasons;
    const sum = told.reduce((total, { contribution }) => total + contribution, 0);
    return Math.abs(sum - score) <= tolerance * Math.max(1, Math.abs(score));
  });
}

/** The fault: what a system would say that looks at scores instead of deciding. */
function guessed(said: Counterfactual, { answer, inputs }: DecisionRecord): Counterfactual {
  const last = inputs.at(-1);
  return { ...said, without: last === undefined ? [] : [{ kind: 'input', name: last }], instead: answer[1]?.item ?? null };
}
