// What a person may ask of whoever runs the deployment (GDPR art. 15 to 22), how they showed who they are, and who asks for somebody else.

export const requestKinds = ['access', 'correct', 'erase', 'restrict', 'object', 'portability', 'human_review'] as const;
export type RequestKind = (typeof requestKinds)[number];

/** account: the host vouches for the person; link: they came by a link that the host had signed; device: their own key signed. */
export type ProofKind = 'account' | 'link' | 'device';

/** Somebody who asks for the person: on what authority, as it was recorded. */
export interface Authority {
  readonly kind: 'guardian' | 'agent' | 'assisted';
  /** A pseudonymous id of whoever asks. */
  readonly by: string;
  readonly evidence: string;
}

/** What is asked for, beside the kind. */
export interface Wish {
  /** object: by purpose. */
  readonly purposes?: readonly string[];
  /** correct: the event, and what it should say. */
  readonly event?: string;
  readonly properties?: { readonly [name: string]: unknown };
  /** human_review: the decision; absent: in general. */
  readonly decision?: string;
  /** human_review: what should be looked at, in the person's words. */
  readonly text?: string;
}

/** Properties of `request.opened`, in the stream of the person. */
export interface RequestOpened {
  readonly request: string;
  readonly kind: RequestKind;
  readonly wish: Wish;
  readonly proof: ProofKind;
  readonly authority: Authority | null;
  readonly dueAt: number;
}

/** Properties of `request.changed`. */
export interface RequestChanged {
  readonly request: string;
  readonly step: 'extended' | 'answered' | 'refused';
  /** Why it takes longer or is refused; what was answered. */
  readonly text: string;
  readonly dueAt?: number;
}

export type NoticeKind = 'erased' | 'corrected' | 'restricted';

/** Properties of `recipient.disclosed`: data of the person went to a recipient, who knows them by a reference of its own. */
export interface Disclosure {
  readonly recipient: string;
  readonly reference: string;
  readonly purpose: string;
}

/** Properties of `notice.owed`, which names nobody but by the reference of the recipient. */
export interface NoticeOwed {
  readonly notice: string;
  readonly recipient: string;
  readonly reference: string;
  readonly kind: NoticeKind;
  readonly dueAt: number;
}
