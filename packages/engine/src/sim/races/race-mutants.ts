// Planted races: each takes away one of the things that keep a withdrawn or erased person out. The suite must find every one of them within
// a thousand schedules, or its silence about the real engine means nothing.
// Learning by the mask of append time alone is right as long as it happens in log order, since the withdrawal is folded behind it; it is
// planted where it goes wrong, with the learning put off by a turn.
import type { BehaviourEvent } from '../../model/event.js';
import { decodeEvent } from '../../model/event-codec.js';
import type { Gate } from '../../consent/gate.js';
import { patch } from '../patch.js';
import type { RaceMutant } from './stage.js';

/** Runs `use` while the gate sees only what is settled. */
function settledOnly<T>(gate: Gate, use: () => T): T {
  const restore = patch(gate, 'rowAhead', (subject) => gate.row(subject));
  try {
    return use();
  } finally {
    restore();
  }
}

export const raceMutants: readonly RaceMutant[] = [
  {
    name: 'tell a choice without looking at consent again once it is on disk',
    plant: ({ core, choosing }) => {
      const emit = choosing.emit.bind(choosing);
      patch(choosing, 'emit', async (draft) => {
        const { record } = core.choose.settle(draft);
        await emit(draft);
        return { ok: true, value: record };
      });
    },
  },
  {
    name: 'answer a choice before it is on disk',
    plant: ({ core, choosing }) => {
      const emit = choosing.emit.bind(choosing);
      patch(choosing, 'emit', (draft) => {
        void emit(draft).catch(() => undefined);
        return Promise.resolve({ ok: true, value: core.choose.settle(draft).record });
      });
    },
  },
  {
    name: 'place a choice as it was drafted',
    plant: ({ core }) => void patch(core.choose, 'settle', (draft) => draft),
  },
  {
    name: 'a cap that does not see what is on its way to the disk',
    plant: ({ core }) => void patch(core.choices, 'place', () => undefined),
  },
  {
    name: 'learn a reward for good',
    plant: ({ core }) => void patch(core.choices, 'withdraw', () => undefined),
  },
  {
    name: 'answer without the second comparison',
    plant: ({ core }) => void patch(core.rank, 'settle', (draft) => draft.record),
  },
  {
    name: 'answer from what was scored before somebody was erased',
    plant: ({ core }) => {
      const settle = core.rank.settle.bind(core.rank);
      patch(core.rank, 'settle', (draft) => settle({ ...draft, losses: core.fold.losses }));
    },
  },
  {
    name: 'read by settled consent only',
    plant: ({ core: { gate } }) => {
      const read = gate.permitRead.bind(gate);
      patch(gate, 'permitRead', (subject, purpose, value) => settledOnly(gate, () => read(subject, purpose, value)));
    },
  },
  {
    name: 'acknowledge a withdrawal before it is folded',
    plant: (engine) => {
      const choose = engine.choose.bind(engine);
      const { sequencer, gate } = engine.core;
      const sequence = sequencer.sequence.bind(sequencer);
      let placed: (() => void)[] = [];
      patch(sequencer, 'sequence', (waiting, receivedAt) => {
        const outcome = sequence(waiting, receivedAt);
        const durable = engine.log.sync();
        for (const each of placed) void durable.then(each, () => undefined);
        placed = [];
        return outcome;
      });
      engine.choose = (subject, change, occurredAt) => {
        const done = choose(subject, change, occurredAt);
        const early = new Promise<void>((resolve) => placed.push(resolve));
        return Promise.race([done, early.then(() => ({ ok: true as const, value: { epoch: gate.epoch(subject) } }))]);
      };
    },
  },
  {
    name: 'erase without waiting for what is not settled',
    plant: (engine) => {
      const { core, log } = engine;
      engine.erase = async (subjects) => {
        const positions: number[] = [];
        for (const subject of subjects) {
          const own = core.trace.positions(subject);
          const events = own.flatMap((position): { position: number; event: BehaviourEvent }[] => {
            const entry = log.readOne(position);
            return entry === undefined || entry.bytes === null ? [] : [{ position, event: decodeEvent(entry.bytes, entry.mask) }];
          });
          core.fold.forget(subject, events);
          positions.push(...own);
        }
        core.dedupe.forget(positions);
        if (positions.length > 0) await log.redact(positions);
        return { receipt: 'e', erasedAt: 0, deadlineAt: 0, subjects: subjects.length, events: positions.length, salts: [] };
      };
    },
  },
  {
    name: 'learn a turn later, by the permit of append time only',
    plant: ({ core: { model, gate } }, turns) => {
      const learn = model.learn.bind(model);
      const queue: (() => void)[] = [];
      patch(model, 'learn', (permit, position) => {
        const opened = gate.open(permit, 'train');
        queue.push(() => {
          const restore = patch(gate, 'open', () => opened as never); // what it gave then is what it gives now
          learn(permit, position);
          restore();
        });
        void turns.turn('learn').then(() => queue.shift()?.());
      });
    },
  },
];
