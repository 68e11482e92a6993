// Plants faults around an engine in a bench's own process, by wrapping its methods. The product knows nothing of them.
import type { Engine } from 'ethogram';
import { burn, type Fault } from './fault.js';

const busyMs = 5;
const lostEvery = 100;
const staleMs = 100;
const lateMs = 100;

export function plantFault(engine: Engine, fault: Fault | null): void {
  if (fault === 'slow-event') {
    const accept = engine.accept.bind(engine);
    engine.accept = (events) => {
      burn(busyMs);
      return accept(events);
    };
  } else if (fault === 'lost-answers') {
    const accept = engine.accept.bind(engine);
    let count = 0;
    engine.accept = async (events) => {
      count += 1;
      return count % lostEvery === 0 ? { ok: true, value: { accepted: events.length, rejections: [] } } : await accept(events);
    };
  } else if (fault === 'slow-choice') {
    const choose = engine.choose.bind(engine);
    engine.choose = async (...given) => {
      await new Promise((resolve) => setTimeout(resolve, lateMs));
      return choose(...given);
    };
  } else if (fault === 'late-withdrawal') {
    const { fold } = engine.core;
    const withdraw = fold.withdraw.bind(fold);
    fold.withdraw = (...given) => void setTimeout(() => withdraw(...given), lateMs);
  } else if (fault === 'slow-rank') {
    const prepare = engine.prepareRank.bind(engine);
    engine.prepareRank = (request) => {
      burn(busyMs);
      return prepare(request);
    };
  } else if (fault === 'stale-rank') {
    const prepare = engine.prepareRank.bind(engine);
    const kept = new Map<string, { readonly atMs: number; readonly draft: ReturnType<typeof prepare> }>();
    engine.prepareRank = (request) => {
      const subject = request.subject ?? '';
      const held = kept.get(subject);
      if (held !== undefined && performance.now() - held.atMs < staleMs) return held.draft;
      const draft = prepare(request);
      kept.set(subject, { atMs: performance.now(), draft });
      return draft;
    };
  }
}
