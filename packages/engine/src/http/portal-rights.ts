// What the portal asks of the rest of the system beyond reading and choosing: one narrow face over the desk, the archive, the recipients
// and the receipts, so that the pages know none of them.
import type { KeptNote, ReceiptRow } from '../answer/receipts.js';
import type { Result } from '../base/result.js';
import type { Engine } from '../runtime/engine.js';
import type { RequestView } from '../runtime/desk.js';
import { notesOf } from '../runtime/kept-by-law.js';
import { archiveAnswer } from './archive-answer.js';
import type { Headers } from './cold-answer.js';
import type { Session } from './portal-session.js';

/** What is left of an erasure: its receipt, and the salts by which the person alone can show that it is theirs. */
export interface Forgotten {
  readonly receipt: string;
  readonly salts: readonly string[];
}

export interface PortalRights {
  /** Opens a request at the desk that a human looks at something; `decision`: at which one. */
  ask(session: Session, wish: string, decision: string | null): Promise<Result<RequestView>>;
  /** What the person asked for, the newest first. */
  requests(subject: string): readonly RequestView[];
  /** Who outside was given what is known of the person. */
  recipients(subject: string): readonly string[];
  /** Everything that is kept, as a ZIP. Throws CodedError: subject_unknown. */
  archive(subject: string, headers: Headers): Promise<Response>;
  /** The signed receipt of what the person has chosen. */
  choices(subject: string): Promise<Result<string>>;
  /** What a law would keep of the person, if they were erased now. Of a hold nobody is told before (docs/erasure.md). */
  kept(subject: string): readonly KeptNote[];
  forget(subject: string): Promise<Forgotten>;
  receipt(id: string): Readonly<ReceiptRow> | undefined;
  /** The signed receipt of an erasure; with salts, the person's own copy. */
  receiptFile(id: string, salts?: readonly string[]): Result<string>;
}

export function portalRights(engine: Engine): PortalRights {
  const { core, desk, answers } = engine;
  return {
    ask: async ({ subject, by }, text, decision) => {
      const wish = { text, ...(decision === null ? {} : { decision }) };
      return desk.open(subject, 'human_review', { kind: 'visit', by }, wish);
    },
    requests: (subject) => desk.ofPerson(subject),
    recipients: (subject) => {
      const ids = core.identity.members(subject);
      return [...new Set(ids.flatMap((id) => core.recipients.of(id).map(({ recipient }) => recipient)))].sort();
    },
    archive: (subject, headers) => archiveAnswer(engine, subject, 'person', headers),
    choices: (subject) => answers.consentReceipt(subject),
    kept: (subject) =>
      notesOf(core.identity.members(subject).flatMap((id) => engine.kept.of(id))).filter(({ kind }) => kind === 'obligation'),
    forget: async (subject) => {
      const { receipt, salts } = await engine.erase([subject]);
      return { receipt, salts };
    },
    receipt: (id) => core.receipts.get(id),
    receiptFile: (id, salts) => answers.erasureReceipt(id, salts),
  };
}
