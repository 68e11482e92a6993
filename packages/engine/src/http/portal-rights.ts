// What the portal asks of the rest of the system beyond reading and choosing: one narrow face, so that a desk, an archive or signed
// receipts take their place without the pages knowing.
import type { Result } from '../base/result.js';
import type { ReceiptRow } from '../answer/receipts.js';
import type { Engine } from '../runtime/engine.js';
import { copyOf } from './portal-known.js';

export interface PortalRights {
  /** Is there a human to ask? */
  readonly canAsk: boolean;
  /** Passes a wish on; `decision`: about which one. */
  ask(subject: string, wish: string, decision: string | null): Promise<Result<unknown>>;
  /** Who outside was given what is known of the person. */
  recipients(subject: string): readonly string[];
  /** The copy of everything, in lines. */
  copy(subject: string): Iterable<string>;
  receipt(id: string): Readonly<ReceiptRow> | undefined;
}

export function portalRights(engine: Engine): PortalRights {
  return {
    canAsk: true,
    ask: (subject, wish, decision) => engine.requestReview(subject, { wish, ...(decision === null ? {} : { decision }) }),
    recipients: (subject) => {
      const ids = engine.core.identity.members(subject);
      return [...new Set(ids.flatMap((id) => engine.core.recipients.of(id).map(({ recipient }) => recipient)))].sort();
    },
    copy: (subject) => copyOf(engine, subject),
    receipt: (id) => engine.core.receipts.get(id),
  };
}
