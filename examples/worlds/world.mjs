// What both worlds stand on: a folder that goes afterwards, and time and chance that are the same in every run. Only the public face of the
// package is used: `open` takes a clock and a source of entropy as options.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'ethogram';

const minuteMs = 60_000;

/** A clock that stands still until the script moves it. Timers fire when it passes them. */
class ScriptClock {
  #now;
  #timers = [];

  constructor(now) {
    this.#now = now;
  }

  now() {
    return this.#now;
  }

  elapsedMs() {
    return this.#now;
  }

  after(ms, task) {
    const timer = { at: this.#now + ms, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  yield() {
    return new Promise((done) => setImmediate(done));
  }

  pass(minutes) {
    this.#now += minutes * minuteMs;
    const due = this.#timers.filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { task } of due) task();
  }
}

/** The same bytes in every run: a stream for each length that is asked for, so that keys and ids do not take from one another. */
function scriptEntropy() {
  const states = new Map();
  return {
    bytes(count) {
      let state = states.get(count) ?? count * 2_654_435_761;
      const bytes = Buffer.alloc(count);
      for (let at = 0; at < count; at += 1) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        bytes[at] = state >>> 24;
      }
      states.set(count, state);
      return bytes;
    },
  };
}

export class World {
  engine;
  clock;
  #folder;
  #lines = [];
  #events = 0;

  /** `from`: when it begins, ISO 8601. */
  static async begin(from, options) {
    const world = new World();
    world.clock = new ScriptClock(Date.parse(from));
    world.#folder = mkdtempSync(join(tmpdir(), 'ethogram-world-'));
    world.engine = await open(world.#folder, { ...options, clock: world.clock, entropy: scriptEntropy(), tickMs: 0 });
    return world;
  }

  /** Ends it: the folder goes. The lines that it told. */
  async end() {
    await this.engine.close();
    rmSync(this.#folder, { recursive: true, force: true });
    return this.#lines;
  }

  tell(line = '') {
    this.#lines.push(line);
  }

  act(subject, type, properties) {
    this.#events += 1;
    return { id: `e${this.#events}`, subject, type, occurredAt: this.clock.now(), source: 'world', properties };
  }

  /** Sends events; the codes of those that were refused. */
  async send(...events) {
    const { accepted, rejections } = must(await this.engine.accept(events));
    return { accepted, refused: rejections.map(({ code }) => code) };
  }

  async grant(subject, ...purposes) {
    const choices = Object.fromEntries(purposes.map((purpose) => [purpose, 'granted']));
    must(await this.engine.choose(subject, { choices, origin: 'world' }));
  }
}

/** The value of a result; a coded failure ends the script. */
export function must(result) {
  if (!result.ok) throw new Error(`${result.code} ${result.field ?? ''}`);
  return result.value;
}

/** The same numbers in every run. */
export function draws(seed) {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * n);
  };
}

/** 5430 EUR -> "54.30 EUR". */
export function money(amount, currency) {
  return `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')} ${currency}`;
}
