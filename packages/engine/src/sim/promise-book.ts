// The promise book: what clients were told, kept outside the engine. After a crash the log must keep every promise in it.
import type { Purpose } from '../model/purpose.js';
import type { Choice } from '../model/system-event.js';

export interface AckedEvent {
  readonly subject: string;
  readonly id: string;
  /** Which client sent it; -1 when it was a retry, whose place says nothing about order. */
  readonly client: number;
}

export class PromiseBook {
  /** Acknowledged events, in the order of their acknowledgement. */
  readonly events: AckedEvent[] = [];
  /** Acknowledged choices: the epoch at or after which they hold. */
  readonly choices: { readonly subject: string; readonly purpose: Purpose; readonly choice: Choice; readonly epoch: number }[] = [];
  /** Subjects whose erasure was asked for; true once it was acknowledged. */
  readonly erased = new Map<string, boolean>();
  /** `subject id` of events that became gaps with good reason: promises about them are void. */
  readonly released = new Set<string>();
  decisions = 0;
  /** Choices that were answered: on disk before. */
  readonly chosen: { readonly subject: string | null; readonly id: string }[] = [];

  /** Promises to an erased person are void. */
  erase(subject: string, acknowledged: boolean): void {
    this.erased.set(subject, acknowledged);
  }
}
