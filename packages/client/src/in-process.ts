// The engine of the package `ethogram`, in this process, behind the same calls: a host that writes against `Ethogram` can be moved to a
// server by one line. Knows the engine by its shape alone, so this package depends on nothing.
import type { Health, Item, PlanWhy, Profile, Why } from './api.js';
import type {
  BasisDeclaration,
  ConsentChange,
  Decision,
  Ethogram,
  IncomingEvent,
  Plan,
  PlanRequest,
  RankRequest,
  WriteAnswer,
} from './ethogram.js';
import { fail, ok, type Failure, type Result } from './result.js';

/** What a plan is told with: of its record what `Plan` promises, beside the sentences. */
type ToldPlan = PlanWhy & { readonly plan: Pick<Plan, 'contextualBecause' | 'total' | 'members' | 'membersLeftOut' | 'leftOut' | 'epoch'> };

/** The part of the engine that a host calls. */
export interface EngineLike {
  accept(events: readonly IncomingEvent[]): Promise<Result<WriteAnswer>>;
  choose(subject: string, change: ConsentChange, occurredAt?: number): Promise<Result<{ readonly epoch: number }>>;
  upsertItems(items: readonly Item[]): Promise<Result<WriteAnswer>>;
  declareBasis(declaration: BasisDeclaration): Promise<Result<unknown>>;
  rank(request: RankRequest): Result<Decision>;
  why(id: string): Result<Why>;
  readonly planning: {
    readonly plan: (request: PlanRequest) => Promise<Result<{ readonly id: string }>>;
    readonly why: (id: string) => Result<ToldPlan>;
  };
  profile(subject: string): Result<Profile>;
  erase(subjects: readonly string[]): Promise<{ readonly events: number }>;
  health(): Health;
}

export function inProcess(engine: EngineLike): Ethogram {
  return {
    accept: (events) => caught(() => engine.accept(events)),
    choose: (subject, change, occurredAt) => caught(() => engine.choose(subject, change, occurredAt)),
    upsertItems: (items) => caught(() => engine.upsertItems(items)),
    declareBasis: (declaration) => caught(() => engine.declareBasis(declaration)),
    rank: (request) => caught(() => engine.rank(request)),
    why: (id) => caught(() => engine.why(id)),
    plan: (request) =>
      caught(async () => {
        const planned = await engine.planning.plan(request);
        const why = planned.ok ? engine.planning.why(planned.value.id) : planned;
        return why.ok ? ok(planOf(why.value)) : why;
      }),
    whyPlan: (id) => caught(() => engine.planning.why(id)),
    profile: (subject) => caught(() => engine.profile(subject)),
    erase: (subjects) =>
      caught(async () => {
        const { events } = await engine.erase(subjects);
        return ok({ events });
      }),
    health: () => caught(() => ok(engine.health())),
  };
}

/** A plan as a server answers with it: what the record holds, told. */
function planOf({ plan, summary, stops, passedOver, changes, reproducible }: ToldPlan): Plan {
  const told = { summary, stops, passedOver, changes, reproducible };
  const { id, mode, contextualBecause, total, refused, members, membersLeftOut, leftOut, position, epoch } = plan;
  const because = contextualBecause === undefined ? {} : { contextualBecause };
  return { id, mode, ...because, ...told, total, refused, members, membersLeftOut, leftOut, position, epoch };
}

/** A coded throw (a stopped engine) becomes the failure that a server would answer; a bug stays a throw. */
async function caught<T>(call: () => Promise<Result<T>> | Result<T>): Promise<Result<T>> {
  try {
    return await call();
  } catch (error) {
    if (isCoded(error)) return fail(error.code);
    throw error;
  }
}

function isCoded(error: unknown): error is Error & Pick<Failure, 'code'> {
  return error instanceof Error && error.name === 'CodedError' && 'code' in error;
}
