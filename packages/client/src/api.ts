// Generated from docs/openapi.json by scripts/generate.mjs: the shapes of the wire. Change them there.

export type Id = string;

export type Purpose =
  | 'service'
  | 'analytics'
  | 'personalise'
  | 'train'
  | 'care'
  | 'fraud'
  | 'wellbeing'
  | 'fairness'
  | 'share'
  | 'research';

export type Choice = 'granted' | 'denied' | 'withdrawn' | 'objected';

export type StandChoice = 'granted' | 'denied' | 'withdrawn' | 'objected' | 'lapsed';

export type ErrorCode =
  | 'body_not_json'
  | 'body_shape'
  | 'body_too_large'
  | 'body_too_deep'
  | 'batch_too_long'
  | 'event_shape'
  | 'event_type_unknown'
  | 'event_property'
  | 'event_range'
  | 'event_time'
  | 'event_too_large'
  | 'duplicate'
  | 'no_grant'
  | 'captured_before_grant'
  | 'subject_erased'
  | 'subject_restricted'
  | 'identity_same'
  | 'identity_too_many'
  | 'objective_refused'
  | 'feature_refused'
  | 'point_shape'
  | 'template_refused'
  | 'claim_untrue'
  | 'language_missing'
  | 'point_running'
  | 'event_unknown'
  | 'consent_stale'
  | 'purpose_unknown'
  | 'permit_forged'
  | 'permit_purpose'
  | 'permit_stale'
  | 'item_shape'
  | 'point_unknown'
  | 'plan_currency'
  | 'plan_windows'
  | 'plan_start'
  | 'plan_unknown'
  | 'plan_done'
  | 'model_unknown'
  | 'model_too_few'
  | 'decision_unknown'
  | 'decision_withdrawn'
  | 'subject_unknown'
  | 'segment_unknown'
  | 'segment_purpose'
  | 'insight_trait'
  | 'pack_wrong'
  | 'definitions_wrong'
  | 'not_found'
  | 'method_not_allowed'
  | 'overloaded'
  | 'disk_full'
  | 'log_failed'
  | 'log_damaged'
  | 'log_version'
  | 'wrapping_key'
  | 'tenant_damaged'
  | 'data_folder_locked'
  | 'import_source_changed'
  | 'import_row'
  | 'row_ragged'
  | 'row_quote'
  | 'row_too_long'
  | 'row_encoding'
  | 'row_json'
  | 'kept_unknown'
  | 'kept_ground'
  | 'hold_unknown'
  | 'basis_not_declarable'
  | 'key_missing'
  | 'key_unknown'
  | 'key_kind'
  | 'key_id_unknown'
  | 'keys_too_many'
  | 'keys_unreadable'
  | 'host_not_allowed'
  | 'origin_not_allowed'
  | 'rate_limited'
  | 'body_too_slow'
  | 'http_malformed'
  | 'expectation_unknown'
  | 'headers_too_large'
  | 'body_packing'
  | 'listen_not_local'
  | 'listen_failed'
  | 'server_unreachable'
  | 'file_unreadable'
  | 'path_refused'
  | 'file_exists'
  | 'import_column'
  | 'data_folder_missing'
  | 'ledger_forked'
  | 'ledger_range'
  | 'receipt_unknown'
  | 'receipt_refused'
  | 'signing_key_unreadable'
  | 'deployment_shape'
  | 'law_gate'
  | 'portal_link'
  | 'account_refused'
  | 'account_unreachable'
  | 'account_unknown'
  | 'device_linked'
  | 'folder_not_empty'
  | 'backup_running'
  | 'compaction_stopped'
  | 'backup_stopped'
  | 'backup_failed'
  | 'backup_no_files'
  | 'backup_incomplete'
  | 'backup_version'
  | 'backup_damaged'
  | 'folder_is_backup'
  | 'erasures_missing'
  | 'erasures_older'
  | 'proof_refused'
  | 'request_unknown'
  | 'request_closed'
  | 'request_extended'
  | 'requests_too_many'
  | 'recipients_too_many'
  | 'notice_unknown'
  | 'internal';

export type Context = {
  readonly library?: unknown;
  readonly consent?: {
    readonly categoryPreferences?: {
      readonly service?: boolean;
      readonly analytics?: boolean;
      readonly personalise?: boolean;
      readonly train?: boolean;
      readonly care?: boolean;
      readonly fraud?: boolean;
      readonly wellbeing?: boolean;
      readonly fairness?: boolean;
      readonly share?: boolean;
      readonly research?: boolean;
    };
  };
};

export type Item = {
  readonly id: string;
  readonly title?: string;
  readonly category?: string;
  readonly price?: number;
  readonly currency?: string;
  readonly stock?: number;
  readonly validFrom?: number;
  readonly validUntil?: number;
  readonly image?: string;
  readonly attributes?: { readonly [name: string]: string | number | boolean };
};

export type ItemFilter = {
  readonly category?: (string | readonly string[]) | null;
  readonly priceMin?: number | null;
  readonly priceMax?: number | null;
  readonly inStock?: boolean | null;
  readonly attributes?: { readonly [name: string]: string | number | boolean } | null;
};

export type Error = {
  readonly error: { readonly code: ErrorCode; readonly sentence: string; readonly hint: string; readonly field?: string };
};

export type TrackCall = {
  readonly messageId: string;
  readonly timestamp?: string | null;
  readonly originalTimestamp?: string | null;
  readonly context?: Context;
  readonly event: string;
  readonly properties?: { readonly [name: string]: unknown } | null;
} & (
  | { readonly subject: string }
  | { readonly subject?: null | ''; readonly userId: string }
  | { readonly subject?: null | ''; readonly userId?: null | ''; readonly anonymousId: string }
);

export type PageCall = {
  readonly messageId: string;
  readonly timestamp?: string | null;
  readonly originalTimestamp?: string | null;
  readonly context?: Context;
  readonly properties?: { readonly [name: string]: unknown } | null;
} & (
  | { readonly subject: string }
  | { readonly subject?: null | ''; readonly userId: string }
  | { readonly subject?: null | ''; readonly userId?: null | ''; readonly anonymousId: string }
);

export type IdentifyCall = {
  readonly messageId: string;
  readonly timestamp?: string | null;
  readonly originalTimestamp?: string | null;
  readonly context?: Context;
  readonly traits?: { readonly [name: string]: unknown } | null;
} & (
  | { readonly subject: string }
  | { readonly subject?: null | ''; readonly userId: string }
  | { readonly subject?: null | ''; readonly userId?: null | ''; readonly anonymousId: string }
);

export type GroupCall = {
  readonly messageId: string;
  readonly timestamp?: string | null;
  readonly originalTimestamp?: string | null;
  readonly context?: Context;
  readonly groupId: string;
  readonly traits?: { readonly [name: string]: unknown } | null;
} & (
  | { readonly subject: string }
  | { readonly subject?: null | ''; readonly userId: string }
  | { readonly subject?: null | ''; readonly userId?: null | ''; readonly anonymousId: string }
);

export type AliasCall = {
  readonly messageId: string;
  readonly timestamp?: string | null;
  readonly originalTimestamp?: string | null;
  readonly context?: Context;
  readonly previousId: string;
  readonly properties?: { readonly [name: string]: unknown } | null;
} & (
  | { readonly subject: string }
  | { readonly subject?: null | ''; readonly userId: string }
  | { readonly subject?: null | ''; readonly userId?: null | ''; readonly anonymousId: string }
);

export type TrackingEvent =
  | ({ readonly type: 'track' } & TrackCall)
  | ({ readonly type: 'page' | 'screen' } & PageCall)
  | ({ readonly type: 'identify' } & IdentifyCall)
  | ({ readonly type: 'group' } & GroupCall)
  | ({ readonly type: 'alias' } & AliasCall);

export type BatchRequest = { readonly batch: readonly TrackingEvent[]; readonly sentAt?: string; readonly context?: Context };

export type BatchAnswer = {
  readonly success: true;
  readonly accepted: number;
  readonly rejected: readonly {
    readonly index: number;
    readonly messageId: string | null;
    readonly code: ErrorCode;
    readonly field: string | null;
    readonly hint: string;
  }[];
};

export type CloudEvent = {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time?: string | null;
  readonly consent?: string | null;
  readonly consentorigin?: string | null;
  readonly data_base64?: null;
} & ({ readonly data?: null } | { readonly data: { readonly [name: string]: unknown }; readonly datacontenttype?: string | null });

export type ItemsRequest = { readonly items: readonly Item[] };

export type ItemsAnswer = { readonly success: true; readonly accepted: number };

export type Notice = { readonly id: string; readonly version: string; readonly language: string; readonly sha256: string };

export type ConsentRequest = {
  readonly choices: { readonly [name in Purpose]?: Choice };
  readonly origin?: string | null;
  readonly notice?: Notice | null;
  readonly device?: string | null;
  readonly timestamp?: string | null;
  readonly sentAt?: string | null;
} & (
  | { readonly subject: string }
  | { readonly subject?: null | ''; readonly userId: string }
  | { readonly subject?: null | ''; readonly userId?: null | ''; readonly anonymousId: string }
);

export type ConsentAnswer = { readonly success: true; readonly epoch: number; readonly device?: boolean };

export type RestrictionRequest = { readonly restricted: boolean; readonly origin?: string };

export type LinkRequest = { readonly other: string; readonly linked?: boolean; readonly evidence?: string };

export type LinkAnswer = { readonly success: true; readonly ids: readonly string[] };

export type CorrectionRequest = { readonly id: string; readonly properties: { readonly [name: string]: unknown } };

export type CorrectionAnswer = { readonly success: true; readonly touched: readonly string[] };

export type BasisRequest = {
  readonly eventType: string;
  readonly purpose: Purpose;
  readonly basis: 'contract' | 'legal_obligation' | 'vital_interests' | 'public_task' | 'legitimate_interests';
  readonly keepDays?: number;
  readonly keepFrom?: 'event' | 'year_end';
  readonly reason: string;
};

export type BasisAnswer = { readonly success: true };

export type DecideRequest = {
  readonly context?: {
    readonly items?: readonly string[] | null;
    readonly segment?: string | null;
    readonly features?: readonly number[] | null;
    readonly languages?: readonly string[] | null;
  } | null;
  readonly among?: readonly string[] | null;
  readonly exclude?: readonly string[] | null;
  readonly pins?: readonly string[] | null;
  readonly limit?: number | null;
  readonly filter?: ItemFilter | null;
} & (
  | { readonly subject: string }
  | { readonly subject?: null | ''; readonly userId: string }
  | { readonly subject?: null | ''; readonly userId?: null | ''; readonly anonymousId: string }
  | { readonly subject?: null | ''; readonly userId?: null | ''; readonly anonymousId?: null | '' }
);

export type DecideAnswer = {
  readonly decisionId: string;
  readonly mode: 'personal' | 'contextual';
  readonly because: ('no_subject' | 'no_grant' | 'superseded' | 'objection_signal') | null;
  readonly summary: string;
  readonly items: readonly {
    readonly item: string;
    readonly score: number;
    readonly propensity: number;
    readonly reasons: readonly {
      readonly kind: 'visits_like_yours' | 'went_on_to' | 'further_on' | 'bought_with' | 'other' | 'popular' | 'in_catalogue' | 'pinned';
      readonly item?: string;
      readonly contribution: number;
      readonly people?: number;
    }[];
    readonly title: string | null;
    readonly why: readonly string[];
  }[];
  readonly position: number;
  readonly epoch: number | null;
  readonly choice?: {
    readonly action: string | null;
    readonly channel: string | null;
    readonly text: string | null;
    readonly held: string | null;
    readonly exclusions: readonly string[];
  };
};

export type ChoiceWhy = {
  readonly choice: {
    readonly id: string;
    readonly point: string;
    readonly kind: 'choose';
    readonly mode: 'personal' | 'contextual';
    readonly subject: string | null;
    readonly at: number;
    readonly position: number;
    readonly action: string | null;
    readonly propensity: number;
    readonly candidates: readonly {
      readonly action: string;
      readonly mean: number;
      readonly deviation: number;
      readonly probability: number;
    }[];
    readonly excluded: readonly { readonly action: string; readonly rule: string }[];
  };
  readonly summary: string;
  readonly exclusions: readonly string[];
  readonly exposures: readonly (readonly (number | string)[])[];
  readonly outcomes: readonly (readonly (number | string)[])[];
  readonly reproducible: boolean;
};

export type PointAnswer = {
  readonly point: string;
  readonly era: number;
  readonly stop: { readonly point: string; readonly group: string | null; readonly low: number; readonly n: number } | null;
  readonly experiment: {
    readonly verdict: string;
    readonly conclusion: string;
    readonly people: { readonly [name: string]: number | null };
    readonly crossed: number | null;
    readonly groups: readonly { readonly group: string; readonly verdict: string; readonly p: number }[];
  } | null;
};

export type PreviewAnswer = {
  readonly point: string;
  readonly kind: string;
  readonly mode: 'personal' | 'contextual';
  readonly because: ('no_subject' | 'no_grant' | 'superseded' | 'objection_signal') | null;
  readonly held: string | null;
  readonly offered: readonly { readonly id: string; readonly probability: number; readonly text?: string | null }[];
  readonly stopped: readonly { readonly id: string | null; readonly count: number; readonly rule: string; readonly why: string }[];
};

export type RestartRequest = { readonly by: string; readonly reason: string };

export type RestartAnswer = { readonly success: true };

export type Why = {
  readonly decision: {
    readonly id: string;
    readonly point: string;
    readonly kind: string;
    readonly mode: 'personal' | 'contextual';
    readonly contextualBecause?: 'no_subject' | 'no_grant' | 'superseded' | 'objection_signal';
    readonly basis?: 'contract' | 'legal_obligation' | 'vital_interests' | 'public_task' | 'legitimate_interests';
    readonly subject: string | null;
    readonly epoch: number | null;
    readonly at: number;
    readonly position: number;
    readonly policy: string;
    readonly inputs: readonly string[];
    readonly answer: readonly {
      readonly item: string;
      readonly score: number;
      readonly propensity: number;
      readonly reasons: readonly {
        readonly kind: 'visits_like_yours' | 'went_on_to' | 'further_on' | 'bought_with' | 'other' | 'popular' | 'in_catalogue' | 'pinned';
        readonly item?: string;
        readonly contribution: number;
        readonly people?: number;
      }[];
    }[];
  };
  readonly summary: string;
  readonly items: readonly {
    readonly item: string;
    readonly score: number;
    readonly propensity: number;
    readonly reasons: readonly {
      readonly kind: 'visits_like_yours' | 'went_on_to' | 'further_on' | 'bought_with' | 'other' | 'popular' | 'in_catalogue' | 'pinned';
      readonly item?: string;
      readonly contribution: number;
      readonly people?: number;
    }[];
    readonly title: string;
    readonly why: readonly string[];
  }[];
  readonly exclusions: readonly string[];
  readonly exposures: readonly (readonly (number | string)[])[];
  readonly outcomes: readonly (readonly (number | string)[])[];
  readonly reproducible: boolean;
};

export type PortalLink = { readonly path: string; readonly expiresAt: number };

export type WhyInFull = {
  readonly problems: readonly string[];
  readonly sums: readonly { readonly item: string; readonly score: number; readonly sum: number }[];
  readonly corrected: number | null;
  readonly counterfactual: {
    readonly first: string | null;
    readonly asRecorded: boolean;
    readonly without: readonly { readonly kind: string; readonly name: string }[];
    readonly instead: string | null;
    readonly position: number;
    readonly tried: number;
  } | null;
};

export type Profile = {
  readonly subject: string;
  readonly ids: readonly string[];
  readonly consent: {
    readonly epoch: number;
    readonly restricted?: true;
    readonly stands: {
      readonly [name: string]: {
        readonly choice: StandChoice;
        readonly since: number;
        readonly at: number;
        readonly receivedAt: number;
        readonly signal?: true;
        readonly refusedUntil?: number;
      };
    };
  } | null;
  readonly traits: { readonly [name: string]: unknown };
  readonly told: { readonly [name: string]: string };
  readonly segments: readonly {
    readonly name: string;
    readonly title: string;
    readonly isMember: boolean;
    readonly facts: readonly (readonly number[])[];
  }[];
  readonly events: number;
};

export type PlanRequest = {
  readonly subject?: string | null;
  readonly userId?: string | null;
  readonly anonymousId?: string | null;
  readonly group?: readonly string[] | null;
  readonly windows?: readonly { readonly from: string; readonly until: string }[] | null;
  readonly start?: string | null;
  readonly end?: string | null;
  readonly utcOffsetMinutes?: number | null;
  readonly budget?: { readonly amount: number; readonly currency: string } | null;
  readonly pace?: ('slow' | 'normal' | 'fast') | null;
  readonly mustSee?: readonly string[] | null;
  readonly avoid?: readonly string[] | null;
  readonly disruption?: {
    readonly plan: string;
    readonly done?: readonly string[] | null;
    readonly at?: string | null;
    readonly delayMinutes?: number | null;
    readonly closed?: readonly string[] | null;
    readonly here?: string | null;
  } | null;
};

export type PlanAnswer = {
  readonly planId: string;
  readonly mode: 'personal' | 'contextual';
  readonly because: string | null;
  readonly summary: string;
  readonly stops: readonly {
    readonly item: string;
    readonly arriveAt: number;
    readonly leaveAt: number;
    readonly walkMinutes: number;
    readonly price: number | null;
    readonly mustSee: boolean;
    readonly score: number;
    readonly reasons: readonly { readonly kind: string; readonly contribution: number; readonly people?: number }[];
    readonly state: 'done' | 'kept' | 'moved' | 'new';
    readonly title: string;
    readonly why: readonly string[];
  }[];
  readonly passedOver: readonly string[];
  readonly changes: readonly string[];
  readonly reproducible: boolean;
  readonly total: { readonly amount: number; readonly currency: string } | null;
  readonly refused: { readonly rule: string; readonly items: readonly string[] } | null;
  readonly members: number;
  readonly membersLeftOut: number;
  readonly leftOut: { readonly [name: string]: number };
  readonly position: number;
  readonly epoch: number | null;
};

export type PlanWhy = {
  readonly plan: {
    readonly id: string;
    readonly point: string;
    readonly kind: 'plan';
    readonly mode: 'personal' | 'contextual';
    readonly subject: string | null;
    readonly at: number;
    readonly position: number;
    readonly stops: readonly {
      readonly item: string;
      readonly arriveAt: number;
      readonly leaveAt: number;
      readonly walkMinutes: number;
      readonly price: number | null;
      readonly mustSee: boolean;
      readonly score: number;
      readonly reasons: readonly { readonly kind: string; readonly contribution: number; readonly people?: number }[];
      readonly state: 'done' | 'kept' | 'moved' | 'new';
    }[];
    readonly refused: { readonly rule: string; readonly items: readonly string[] } | null;
  };
  readonly summary: string;
  readonly stops: readonly {
    readonly item: string;
    readonly arriveAt: number;
    readonly leaveAt: number;
    readonly walkMinutes: number;
    readonly price: number | null;
    readonly mustSee: boolean;
    readonly score: number;
    readonly reasons: readonly { readonly kind: string; readonly contribution: number; readonly people?: number }[];
    readonly state: 'done' | 'kept' | 'moved' | 'new';
    readonly title: string;
    readonly why: readonly string[];
  }[];
  readonly passedOver: readonly string[];
  readonly changes: readonly string[];
  readonly reproducible: boolean;
  readonly exposures: readonly (readonly (number | string)[])[];
  readonly outcomes: readonly (readonly (number | string)[])[];
};

export type PublicationAnswer = { readonly model: string };

export type Segments = {
  readonly segments: readonly {
    readonly name: string;
    readonly title: string;
    readonly purpose:
      | 'service'
      | 'analytics'
      | 'personalise'
      | 'train'
      | 'care'
      | 'fraud'
      | 'wellbeing'
      | 'fairness'
      | 'share'
      | 'research';
    readonly people: number | null;
    readonly fewerThan?: number;
  }[];
};

export type Segment = {
  readonly name: string;
  readonly title: string;
  readonly purpose: 'service' | 'analytics' | 'personalise' | 'train' | 'care' | 'fraud' | 'wellbeing' | 'fairness' | 'share' | 'research';
  readonly people: number | null;
  readonly fewerThan?: number;
  readonly members?: readonly string[];
  readonly next?: string | null;
};

export type Lookalikes = {
  readonly lookalikes: readonly {
    readonly subject: string;
    readonly score: number;
    readonly reasons: readonly {
      readonly feature: string;
      readonly contribution: number;
      readonly members: number;
      readonly others: number;
    }[];
  }[];
};

export type CutPointsTold = { readonly published: readonly string[]; readonly withheld: readonly string[] };

export type Insight = {
  readonly trait: string;
  readonly rate: number;
  readonly tests: number;
  readonly people: number | null;
  readonly findings: readonly { readonly p: number; readonly q: number }[];
};

export type ErasureAnswer = {
  readonly success: true;
  readonly events: number;
  readonly receipt: string;
  readonly erasedAt: number;
  readonly deadlineAt: number;
  readonly kept?: readonly KeptNote[];
  readonly document: string | null;
  readonly salts?: readonly string[];
};

export type KeptNote = {
  readonly kind: 'obligation' | 'hold';
  readonly name: string;
  readonly eventType: string | null;
  readonly events: number;
  readonly until: string | null;
};

export type LedgerInclusion = {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
  readonly proof: readonly string[];
  readonly wantErr: false;
};

export type LedgerConsistency = {
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
  readonly proof: readonly string[];
  readonly wantErr: false;
};

export type ProofToken = { readonly token: string; readonly expiresAt: number };

export type ChallengeRequest = { readonly subject: string };

export type DeviceRequest = { readonly publicKey: string };

export type FirstDeviceRequest = { readonly subject: string; readonly publicKey: string };

export type EntryChallenge = { readonly challenge: string; readonly expiresAt: number };

export type DeviceEntryRequest = { readonly challenge: string; readonly publicKey: string; readonly signature: string };

export type DeviceAnswer = { readonly keys: number };

export type RequestWish = {
  readonly purposes?: readonly Purpose[];
  readonly event?: string;
  readonly properties?: { readonly [name: string]: unknown };
  readonly decision?: string;
  readonly text?: string;
};

export type RequestAuthority = { readonly kind: 'guardian' | 'agent' | 'assisted'; readonly by: string; readonly evidence: string };

export type SubjectRequest = {
  readonly kind: 'access' | 'correct' | 'erase' | 'restrict' | 'object' | 'portability' | 'human_review';
  readonly wish?: RequestWish;
  readonly authority?: RequestAuthority | null;
};

export type ProvenRequest = {
  readonly subject: string;
  readonly proof:
    | { readonly kind: 'link'; readonly token: string }
    | { readonly kind: 'device'; readonly challenge: string; readonly publicKey: string; readonly signature: string };
  readonly kind: 'access' | 'correct' | 'erase' | 'restrict' | 'object' | 'portability' | 'human_review';
  readonly wish?: RequestWish;
  readonly authority?: RequestAuthority | null;
};

export type ReasonRequest = { readonly reason: string };

export type TextRequest = { readonly text: string };

export type RequestView = {
  readonly request: string;
  readonly subject: string;
  readonly kind: 'access' | 'correct' | 'erase' | 'restrict' | 'object' | 'portability' | 'human_review';
  readonly state: 'open' | 'answered' | 'refused';
  readonly openedAt: number;
  readonly dueAt: number;
  readonly extended: boolean;
  readonly overdue: boolean;
  readonly closedAt: number | null;
  readonly proof: 'account' | 'link' | 'device';
  readonly authority: RequestAuthority | null;
  readonly wish: RequestWish;
  readonly steps: readonly {
    readonly request: string;
    readonly step: 'extended' | 'answered' | 'refused';
    readonly text: string;
    readonly dueAt?: number;
    readonly at: number;
  }[];
};

export type RequestAnswer = RequestView | { readonly receipt: string };

export type RequestList = { readonly requests: readonly RequestView[] };

export type DisclosureRequest = { readonly recipient: string; readonly reference: string; readonly purpose: Purpose };

export type DisclosureAnswer = { readonly recipients: number };

export type NoticeList = {
  readonly notices: readonly {
    readonly notice: string;
    readonly recipient: string;
    readonly reference: string;
    readonly kind: 'erased' | 'corrected' | 'restricted';
    readonly owedAt: number;
    readonly dueAt: number;
    readonly overdue: boolean;
  }[];
};

export type Acknowledgement = { readonly acknowledgedAt: number };

export type BackupRequest = { readonly to: string };

export type BackupAnswer = { readonly success: true; readonly state: string };

export type BackupStatus = {
  readonly state: 'none' | 'running' | 'done' | 'failed';
  readonly done: {
    readonly at: number;
    readonly head: number;
    readonly redactions: number;
    readonly erased: number;
    readonly files: number;
    readonly bytes: number;
    readonly pauseMs: number;
  } | null;
  readonly code: string | null;
};

export type Health = {
  readonly status: 'ok' | 'degraded' | 'stopped';
  readonly events: number;
  readonly waitingEvents: number;
  readonly items: number;
  readonly visits: number;
  readonly points: readonly string[];
  readonly decisionPoints: readonly { readonly name: string; readonly kind: 'rank' | 'choose' | 'plan' }[];
  readonly durability: string;
  readonly overdue: { readonly requests: number; readonly notices: number; readonly erasures: number };
  readonly failing: string | null;
};

export type OfrepRequest = {
  readonly context?: {
    readonly targetingKey?: string | null;
    readonly items?: readonly string[] | null;
    readonly exclude?: readonly string[] | null;
    readonly pins?: readonly string[] | null;
    readonly limit?: number | null;
    readonly filter?: ItemFilter | null;
    readonly gpc?: boolean | null;
  } | null;
};

export type OfrepFlag = {
  readonly key: string;
  readonly value: { readonly items: readonly string[] };
  readonly variant: string;
  readonly reason: 'TARGETING_MATCH' | 'SPLIT' | 'STATIC';
  readonly metadata: { readonly [name: string]: string | number | boolean };
};

export type OfrepFlags = { readonly flags: readonly OfrepFlag[] };

export type OfrepFailure = {
  readonly key?: string;
  readonly errorCode: 'PARSE_ERROR' | 'TARGETING_KEY_MISSING' | 'INVALID_CONTEXT' | 'FLAG_NOT_FOUND' | 'GENERAL';
  readonly errorDetails: string;
};

export type CloudEventBatch = readonly CloudEvent[];
