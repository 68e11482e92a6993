// Publications of the models of packs: fitted from what may be learned from now, and put into the log as numbers. Asked for by the
// host, and made anew when an erasure or a withdrawal is completed, well before its deadline.
import { fail, ok, type Result } from '../base/result.js';
import type { Clock } from '../ports/clock.js';
import type { Properties } from '../model/event.js';
import { systemTypes } from '../model/system-event.js';
import type { Core } from './core.js';
import type { WriteAnswer } from './writer.js';

export interface PackModellingParts {
  readonly core: Core;
  readonly clock: Clock;
  /** Writes one fact about no person. */
  readonly record: (type: string, properties: Properties) => Promise<Result<WriteAnswer>>;
}

export class PackModelling {
  readonly #parts: PackModellingParts;

  constructor(parts: PackModellingParts) {
    this.#parts = parts;
  }

  /** Fits and publishes a model of kind `places` or `lifetime`. Fails with model_unknown, model_too_few. */
  async publish(name: string): Promise<Result<{ readonly model: string }>> {
    const { core, clock, record } = this.#parts;
    const fitted = core.packModels.fitted(name, clock.now());
    if (!fitted.ok) return fitted;
    if (fitted.value === null) return fail('model_too_few');
    const done = await record(systemTypes.modelPublished, { model: name, numbers: fitted.value });
    return done.ok ? ok({ model: name }) : done;
  }

  /** Makes every publication anew; one of which too little is left is withdrawn. */
  async publishAgain(): Promise<void> {
    const { core, clock, record } = this.#parts;
    for (const [name, row] of core.packModels.publications()) {
      if (row.numbers === null) continue;
      const fitted = core.packModels.fitted(name, clock.now());
      if (fitted.ok) await record(systemTypes.modelPublished, { model: name, numbers: fitted.value });
    }
  }
}
