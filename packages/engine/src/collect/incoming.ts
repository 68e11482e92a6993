// An event on its way in: parsed from a foreign form, not yet validated against the registry, not yet allowed to exist.
import type { Failure } from '../base/result.js';
import type { Properties } from '../model/event.js';
import type { ConsentChange } from '../model/system-event.js';

export interface IncomingEvent {
  readonly id: string;
  readonly subject: string;
  readonly type: string;
  /** ms since 1970 UTC, corrected for the client's clock where the protocol allows it. */
  readonly occurredAt: number;
  readonly source: string;
  readonly properties: Properties;
  /** Choices that the request carried with the event; placed in the log before it. */
  readonly consent?: ConsentChange;
  /** What its form was refused for already: nothing of it is kept, but a refusal that it carries is heard. */
  readonly fault?: Failure;
}
