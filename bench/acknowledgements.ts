// Checks and counts acknowledgements: every one must be 200 and accept all that was sent. Answers that are byte for byte like the last good
// one are not parsed again.
import { demand } from './complaint.js';
import type { Answer } from './connection.js';

export class Acknowledgements {
  accepted = 0;
  #known: Buffer = Buffer.alloc(0);
  #knownAccepts = -1;

  take(answer: Answer, sent: number): void {
    if (this.#knownAccepts !== sent || !this.#known.equals(answer.body)) {
      const text = answer.body.toString('utf8');
      demand(answer.status === 200, `the server answered ${answer.status} to an event: ${text.slice(0, 300)}`);
      const parsed: unknown = JSON.parse(text);
      const accepted = typeof parsed === 'object' && parsed !== null && 'accepted' in parsed ? parsed.accepted : undefined;
      demand(accepted === sent, `${sent} events were sent, the server accepted ${String(accepted)}: ${text.slice(0, 300)}`);
      this.#known = Buffer.from(answer.body);
      this.#knownAccepts = sent;
    }
    demand(answer.status === 200, `the server answered ${answer.status} to an event`);
    this.accepted += sent;
  }
}
