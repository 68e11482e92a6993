// People in the middle of a visit: the lines of a test file, so many at a time. Each grants with the first event; the next event of a
// person is sent only when the last one has been acknowledged, and a person is asked about only then.
import { demand } from './complaint.js';
import { postRequest, type Answer } from './connection.js';
import { SeededRandom } from './seeded-random.js';
import type { Visit } from './visits.js';
import type { Acknowledgements } from './acknowledgements.js';

interface Person {
  subject: string;
  visit: Visit;
  place: number;
  waiting: boolean;
}

const consent = { consent: { categoryPreferences: { personalise: true, train: true } } };

export class People {
  readonly #visits: readonly Visit[];
  readonly #present: Person[] = [];
  readonly #random = new SeededRandom(23);
  readonly #acknowledged: Acknowledgements;
  readonly #prefix: string;
  #come = 0;

  constructor(visits: readonly Visit[], atOnce: number, prefix: string, acknowledged: Acknowledgements) {
    this.#visits = visits;
    this.#prefix = prefix;
    this.#acknowledged = acknowledged;
    for (let at = 0; at < atOnce; at += 1) this.#present.push(this.#arrive());
  }

  /** The next event of somebody; null when all wait for an acknowledgement. */
  nextEvent(): { readonly request: Buffer; readonly done: (answer: Answer) => void } | null {
    const person = this.#pick((each) => !each.waiting);
    if (person === null) return null;
    if (person.place === person.visit.length) Object.assign(person, this.#arrive());
    const { subject, place } = person;
    const item = person.visit[place] ?? '';
    person.waiting = true;
    const event = {
      type: 'track',
      event: 'item.viewed',
      userId: subject,
      messageId: `${subject}-${place}`,
      timestamp: new Date().toISOString(),
      properties: { product_id: item },
    };
    return {
      request: postRequest('/v1/batch', JSON.stringify(place === 0 ? { ...event, context: consent } : event)),
      done: (answer) => {
        this.#acknowledged.take(answer, 1);
        person.place += 1;
        person.waiting = false;
      },
    };
  }

  /** A ranking for somebody; null when nobody's last event has been acknowledged. */
  nextQuestion(): { readonly request: Buffer; readonly done: (answer: Answer) => void } | null {
    const person = this.#pick((each) => !each.waiting && each.place > 0);
    if (person === null) return null;
    return { request: questionOf(person.subject), done: checkDecision };
  }

  /** A question for each of those present whose last event has been acknowledged. */
  questions(): Buffer[] {
    return this.#present.filter((each) => !each.waiting && each.place > 0).map(({ subject }) => questionOf(subject));
  }

  #pick(may: (person: Person) => boolean): Person | null {
    const from = this.#random.below(this.#present.length);
    for (let step = 0; step < this.#present.length; step += 1) {
      const person = this.#present[(from + step) % this.#present.length];
      if (person !== undefined && may(person)) return person;
    }
    return null;
  }

  #arrive(): Person {
    const visit = this.#visits[this.#come % this.#visits.length];
    demand(visit !== undefined, 'there are visits to play');
    this.#come += 1;
    return { subject: `${this.#prefix}-${this.#come}`, visit, place: 0, waiting: false };
  }
}

export function questionOf(subject: string): Buffer {
  return postRequest('/v1/decide/bench', JSON.stringify({ subject }));
}

/** A decision must be personal and full. */
export function checkDecision({ status, body }: Answer): void {
  demand(
    status === 200 && body.includes('"mode":"personal"'),
    `the server answered ${status} to a question: ${body.toString('utf8').slice(0, 300)}`,
  );
}
