// The one error registry: code, HTTP status, sentence, and the hint that repairs it. Codes are never reused.
// docs/errors.md lists the same codes; a test holds the two equal both ways.

export interface ErrorEntry {
  readonly status: number;
  readonly sentence: string;
  readonly hint: string;
}

const entry = (status: number, sentence: string, hint: string): ErrorEntry => ({ status, sentence, hint });

export const errors = {
  body_not_json: entry(400, 'The body is not JSON in UTF-8.', 'Send one JSON value; check quotes and encoding.'),
  body_shape: entry(
    400,
    'The body does not have the shape that this route takes.',
    'Compare it with the example in the README; `field` names the place.',
  ),
  body_too_large: entry(413, 'The body is larger than this route takes.', 'Send smaller batches; the limit is in docs/limits.md.'),
  body_too_deep: entry(
    400,
    'The JSON is nested deeper, or holds more keys, than is taken.',
    'Flatten it; the limits are in docs/limits.md.',
  ),
  batch_too_long: entry(400, 'The batch holds more events than is taken at once.', 'Split it; the limit is in docs/limits.md.'),
  event_shape: entry(
    400,
    'An event lacks a required field, or a field has the wrong type.',
    'Each event needs type, messageId and userId or anonymousId (CloudEvents: id, source, type and subject); `field` names the place.',
  ),
  event_type_unknown: entry(
    400,
    'The event type is not registered, so nothing may be done with it.',
    'GET /v1/event-types lists the names that are taken, with their aliases; correct the name, or register the type with its purposes.',
  ),
  event_property: entry(
    400,
    'A property does not fit the registered schema of its event type.',
    '`field` names the property; compare it with the registered schema.',
  ),
  event_range: entry(
    400,
    'A value lies outside the plausible range of its event type.',
    'Correct the unit or the value; `field` names the property.',
  ),
  event_time: entry(
    400,
    'The time of an event cannot be read, or is absurd.',
    'Send ISO 8601 with a zone; not in the future beyond the skew limit, not before 2000.',
  ),
  event_too_large: entry(413, 'One event is larger than is taken.', 'Send less in properties; the limit is in docs/limits.md.'),
  duplicate: entry(200, 'An event with this messageId is already there; it was not counted again.', 'Nothing to do: the first one holds.'),
  no_grant: entry(
    200,
    'No purpose of this event type has a basis that holds for this person, so nothing was kept.',
    'Collect consent first (POST /v1/consents), or declare a basis that holds.',
  ),
  captured_before_grant: entry(
    200,
    'The event was captured before the grant in force, so nothing was kept.',
    'Events captured without a grant stay unusable; drop them at the client.',
  ),
  subject_erased: entry(
    200,
    'This person was erased after the event or choice was captured, so nothing was kept.',
    'Drop what was captured before; a choice that the person makes now (POST /v1/consents) begins anew.',
  ),
  subject_restricted: entry(
    200,
    'This person has restricted what is held of them: nothing is added, read or learned until they lift it.',
    'Send nothing for them; POST /v1/subjects/ID/restriction with `restricted` false lifts it.',
  ),
  identity_same: entry(400, 'An id cannot be linked to itself.', 'Name two different ids.'),
  identity_too_many: entry(
    409,
    'The person would have more ids than are linked.',
    'Unlink ids that are no longer used; the limit is in docs/limits.md.',
  ),
  objective_refused: entry(
    400,
    'The objective of a decision point rewards engagement alone, or names its own harm.',
    'Add `welfare`: an outcome that is harm (an opt-out, a complaint, a return) and how much its rate may rise.',
  ),
  feature_refused: entry(
    400,
    'A feature of a decision point reads emotion or distress.',
    'Leave it out: what people feel may only make the engine hold back, never persuade.',
  ),
  point_shape: entry(400, 'A decision point is not set up as it must be.', '`field` names the place; docs/influence.md tells the bounds.'),
  template_refused: entry(
    400,
    'A text presses or shames people, or claims what no source makes true.',
    'Change the words, or declare the claim with its item; `detail` names the rule.',
  ),
  claim_untrue: entry(
    409,
    'A claim of the text is not true now: the deadline or the stock is not there, or gives no reason to press.',
    'Show another text, or correct the item.',
  ),
  language_missing: entry(404, 'The text is not there in any of these languages.', 'Ask for a language of the template.'),
  point_running: entry(409, 'The decision point was not stopped, so there is nothing to start again.', 'Nothing to do.'),
  event_unknown: entry(404, 'This person has no such event.', 'GET their archive or export; the id is the messageId that the client sent.'),
  consent_stale: entry(
    409,
    'The grant is older than the withdrawal that it would undo.',
    'Ask the person again and send the new choice with its own time.',
  ),
  purpose_unknown: entry(
    400,
    'The purpose is not one that is declared.',
    'Use one of: service, analytics, personalise, train, care, fraud, wellbeing, fairness, share, research.',
  ),
  permit_forged: entry(
    500,
    'A value was offered as permitted that the gate did not mint.',
    'A bug of the caller: obtain it from the gate.',
  ),
  permit_purpose: entry(
    500,
    'A value permitted for one purpose was used for another.',
    'A bug of the caller: ask the gate for that purpose.',
  ),
  permit_stale: entry(409, 'The grant beneath a permitted value has changed since.', 'Ask the gate again; the answer may now be no.'),
  item_shape: entry(400, 'An item lacks its id, or a field has the wrong type.', '`field` names the place; see the README for an item.'),
  point_unknown: entry(404, 'There is no decision point of that name.', 'GET /health lists the decision points, with their kinds.'),
  plan_currency: entry(
    400,
    'Amounts of one plan are in different currencies, and Ethogram converts none.',
    'Name every budget in one currency, in a change that of what was paid.',
  ),
  plan_windows: entry(
    400,
    'The windows of a plan are missing, overlap, are not in order, or are longer than they may be.',
    'Give each day a window of its own, earlier ones first; the limits are in docs/limits.md.',
  ),
  plan_start: entry(
    404,
    'The item at which the plan begins, ends or goes on has no place.',
    'Give it latitude and longitude as attributes.',
  ),
  plan_unknown: entry(404, 'There is no plan of that id for whoever asks.', 'Ids are in the answer to the plan; a redacted one is gone.'),
  plan_done: entry(400, 'A stop that is said to be done is not in the plan.', 'Name stops of the plan that is changed.'),
  model_unknown: entry(404, 'There is no model of that name and kind.', 'A pack defines it in `models`; see docs/packs.md.'),
  model_too_few: entry(
    409,
    'There is too little to fit the model from.',
    'Publish again when more people let it learn; docs/plans.md says how many.',
  ),
  decision_unknown: entry(
    404,
    'There is no decision of that id.',
    'Ids are in the answer of POST /v1/decide; choices are at /v1/choices/ID, plans at /v1/plans/ID; what was redacted is gone.',
  ),
  decision_withdrawn: entry(
    410,
    'Whoever this decision was made for has withdrawn what it rests on.',
    'Nothing: it waits for its destruction, and until then the person sees it in the portal and in their archive.',
  ),
  subject_unknown: entry(404, 'Nothing is known of that subject.', 'Without a grant nothing is kept: that may be why.'),
  segment_unknown: entry(404, 'There is no segment of that name.', 'GET /v1/segments lists them; `open` and packs define them.'),
  segment_purpose: entry(
    403,
    'A segment is read for the purpose that it is kept for, and for no other.',
    'Name its purpose (GET /v1/segments says which), if that is what you need the people for.',
  ),
  insight_trait: entry(
    404,
    'No trait is defined from which this could be learned.',
    'Define one of the kind it needs (patterns: sequence, trends: hours, correlations: counter) for analytics; see docs/packs.md.',
  ),
  pack_wrong: entry(
    400,
    'A pack is not as it must be.',
    'The detail names the first place; `ethogram check-pack FILE` lists every one, each with what to do.',
  ),
  definitions_wrong: entry(
    400,
    'A trait, segment or cut point is not defined as it must be.',
    '`field` names the place; docs/packs.md shows how, and `ethogram check-pack` lists everything that is wrong.',
  ),
  not_found: entry(404, 'There is no such route.', 'docs/http.md lists the routes, and so does GET /openapi.json.'),
  method_not_allowed: entry(405, 'The route does not take this method.', 'See the Allow header.'),
  overloaded: entry(
    503,
    'More waits than can be done in time.',
    'Retry after the seconds in Retry-After; nothing of this request was kept.',
  ),
  disk_full: entry(
    507,
    'The disk is full: only withdrawals and erasures are taken.',
    'Free space or enlarge the disk; the engine resumes by itself.',
  ),
  log_failed: entry(
    503,
    'A write or sync failed; the process stops, because only a reopening from disk is sound.',
    'Check the disk, then start again: everything acknowledged is there.',
  ),
  log_damaged: entry(500, 'The log is damaged before its tail.', 'Restore the named segment from a backup; nothing was changed.'),
  log_version: entry(
    500,
    'The log was written by a format that this version does not know.',
    'Use the version that wrote it, or a newer one.',
  ),
  wrapping_key: entry(
    500,
    'The wrapping key does not open the key store.',
    'Name the folder or service that holds the wrapping key of this very data folder (docs/keys.md).',
  ),
  tenant_damaged: entry(
    500,
    'tenant.json is damaged, or of another tenant than the list of the erased: whoever was erased could come back.',
    'Restore tenant.json from a backup of this very folder; nothing was changed.',
  ),
  data_folder_locked: entry(500, 'Another process has the data folder open.', 'Stop that process first, or name another folder.'),
  import_source_changed: entry(
    409,
    'The file is not the one that this import began with.',
    'Resume with the same file, or import it under another name (`--source NAME`).',
  ),
  import_row: entry(
    400,
    'A row of the file cannot be read as an event.',
    '`field` names the part that is wrong; see `ethogram import --help`, --map and --time-form. The rest is imported.',
  ),
  row_ragged: entry(
    400,
    'A row has more or fewer cells than the header has columns.',
    'Mend the row: a cell with the separator in it stands in quotes. The rest is imported.',
  ),
  row_quote: entry(
    400,
    'A quote in a row is not closed, or something follows a closing one.',
    'Close it, and double a quote inside of a cell (RFC 4180). The rest is imported.',
  ),
  row_too_long: entry(
    400,
    'A row is longer than is taken.',
    'Look for a quote that is never closed; the limit is in docs/limits.md. The rest is imported.',
  ),
  row_encoding: entry(400, 'A row is not UTF-8.', 'Convert the file to UTF-8. The rest is imported.'),
  row_json: entry(400, 'A line is not one JSON object.', 'Write one object a line (JSONL). The rest is imported.'),
  kept_unknown: entry(404, 'Nothing is kept by law under that number.', '`ethogram kept` lists what is kept, by class.'),
  kept_ground: entry(
    403,
    'What is kept by law is read for its own ground alone, and another was named.',
    'Name the obligation or hold that it is kept under.',
  ),
  hold_unknown: entry(404, 'There is no legal hold of that id.', '`ethogram kept` lists those that nobody has ended.'),
  basis_not_declarable: entry(
    400,
    'The event type does not take a declared basis for this purpose: only consent will do.',
    'Ask the person, or register a type that names the purpose as declared.',
  ),
  key_missing: entry(
    401,
    'This route asks for a key, and none came.',
    'Send it as `Authorization: Bearer KEY`, the user of Basic, X-API-Key, or for events writeKey in the body; commands take ETHOGRAM_KEY.',
  ),
  key_unknown: entry(401, 'The key is not known, or has ended.', 'Make one with `ethogram keys add`; see `ethogram keys list`.'),
  key_kind: entry(403, 'A key of this kind may not do that.', 'Use a key of a higher kind; docs/http.md says which route needs which.'),
  key_id_unknown: entry(404, 'There is no key of that id.', 'See `ethogram keys list`.'),
  keys_too_many: entry(507, 'There are as many keys as may be.', 'Revoke some; the limit is in docs/limits.md.'),
  keys_unreadable: entry(
    500,
    'The file of keys cannot be read, so nobody is let in by it.',
    'Restore access/keys.json in the data folder, or remove it and make new keys.',
  ),
  host_not_allowed: entry(
    403,
    'A server without keys answers only to names of this machine.',
    'Ask for localhost or 127.0.0.1, or make keys with `ethogram keys add`.',
  ),
  origin_not_allowed: entry(
    403,
    'Pages of that origin may not use this server.',
    'Name the origin with --allow-origin, or make keys with `ethogram keys add`.',
  ),
  rate_limited: entry(429, 'More requests come with this key than it may send.', 'Retry after the seconds in Retry-After; send batches.'),
  body_too_slow: entry(
    503,
    'The request came in too slowly and was cut off.',
    'Retry after the seconds in Retry-After; nothing of it was kept.',
  ),
  http_malformed: entry(400, 'That is not HTTP as it should be.', 'Check the request line and the headers.'),
  expectation_unknown: entry(
    417,
    'The header Expect asks for what the server does not do.',
    'Leave it out, or send `Expect: 100-continue`.',
  ),
  headers_too_large: entry(431, 'The headers are larger than is taken.', 'Send fewer or shorter headers; the limit is in docs/limits.md.'),
  body_packing: entry(400, 'The packed body cannot be unpacked.', 'Send whole gzip data, or JSON as it is.'),
  listen_not_local: entry(
    500,
    'The server has no keys, so it listens on this machine only.',
    'Make a key with `ethogram keys add`, then listen on other addresses.',
  ),
  listen_failed: entry(
    500,
    'The address cannot be listened on.',
    'Name a free port with --port, and an address of this machine with --host.',
  ),
  server_unreachable: entry(503, 'No server answers at that address.', 'Start one with `ethogram serve`, or name its address with --url.'),
  file_unreadable: entry(
    400,
    'The file cannot be read, or is not in the form that is asked for.',
    'Check the path, that you may read it, and its form: `--help` of the command says which it takes.',
  ),
  path_refused: entry(
    400,
    'The operating system refuses a file or folder that the command needs.',
    'The detail says which, and why: see that it is there, is a file or a folder as it should be, and that you may use it.',
  ),
  file_exists: entry(
    409,
    'A file of that name is there already; nothing was written.',
    'Choose another name, or another folder with --into.',
  ),
  import_column: entry(
    400,
    'A column that the import needs is not in the file.',
    'Name the columns with --map subject=COL,item=COL,time=COL.',
  ),
  data_folder_missing: entry(
    404,
    'There is no data folder of Ethogram at that place.',
    'Name it with --data, or make one with `ethogram serve` or `ethogram import`.',
  ),
  ledger_forked: entry(
    503,
    'The log does not hold what the ledger has signed before, so nothing more is signed.',
    'A backup was restored, or the log was changed: restore the newer log, or give the ledger a new name with `ethogram ledger renew`.',
  ),
  ledger_range: entry(
    400,
    'The tree has no such record, or has not had that size.',
    'GET /v1/ledger/checkpoint tells the size; records count from 0, sizes from 1.',
  ),
  receipt_unknown: entry(404, 'There is no receipt of that id.', 'Its id is in the answer to the erasure.'),
  receipt_refused: entry(
    400,
    'The receipt, note or proof does not hold.',
    'It was changed, or the key is not the one that signed it: compare the key with what the server publishes.',
  ),
  signing_key_unreadable: entry(
    500,
    'The file of the signing key cannot be read, so nothing is signed.',
    'Restore signing/signing-key.json in the data folder from a backup.',
  ),
  deployment_shape: entry(
    400,
    'The deployment file is not as docs/law-gates.md describes it.',
    'Compare it with the example there; the detail names the place.',
  ),
  law_gate: entry(
    403,
    'The law forbids what this deployment would do, so it does not start.',
    'The detail names the article and the remedy; docs/law-gates.md has all gates.',
  ),
  portal_link: entry(
    403,
    'The link to the portal has been used, has ended, or was not made here.',
    'Issue another one: POST /v1/subjects/ID/portal-link.',
  ),
  account_refused: entry(
    403,
    'The identity provider or the person said no, or its answer does not hold.',
    'Begin again at /me/account. If it stays so, compare issuer, client id, secret and redirect URI with the provider: docs/portal.md.',
  ),
  account_unreachable: entry(503, 'The identity provider could not be asked.', 'Begin again in a while; see that this server reaches it.'),
  account_unknown: entry(
    403,
    'The account was checked, but the claim that names the subject is missing from it, or is no id.',
    'Name another claim in ETHOGRAM_OIDC_CLAIM, or have the provider put it into the ID token.',
  ),
  device_linked: entry(
    403,
    'The id of this device is linked to another one, so its key alone opens no portal.',
    'Come in by the account, or by a link of the host.',
  ),
  folder_not_empty: entry(
    409,
    'The folder that is to be written is not empty.',
    'Name one that does not exist yet. What a backup that was interrupted left, `data` without `backup.json`, may be removed.',
  ),
  backup_running: entry(409, 'A backup is being made already.', 'Wait for it; GET /v1/backups says how it goes.'),
  compaction_stopped: entry(
    503,
    'The compaction was interrupted: the process is stopping.',
    'Nothing is lost; what was not done is done after the next start.',
  ),
  backup_stopped: entry(503, 'The backup was interrupted: the process is stopping.', 'Make it again; what is there is no backup.'),
  backup_failed: entry(500, 'The backup could not be written.', 'Check the disk that it goes to; what is there is no backup.'),
  backup_no_files: entry(500, 'This engine keeps no files, so there is nothing to copy.', 'Open a data folder.'),
  backup_incomplete: entry(
    400,
    'That is no whole backup: its manifest is missing or unreadable.',
    'Name the folder that `ethogram backup` wrote; one without backup.json was interrupted.',
  ),
  backup_version: entry(
    500,
    'The backup was written in a format that this version does not know.',
    'Use the version that wrote it, or a newer one; nothing was restored.',
  ),
  backup_damaged: entry(500, 'A file of the backup is not what its manifest says.', 'Take another backup; nothing was restored.'),
  folder_is_backup: entry(
    409,
    'That is a backup, and no folder to work on: opened, it would serve whoever was erased since, and could not be restored any more.',
    'Make a data folder of it with `ethogram restore`, and name that one.',
  ),
  erasures_missing: entry(
    400,
    'Restoring needs the newest list of the erased, or else whoever was erased since the backup is back.',
    'Name the live folder with --erasures; only if it is lost, say --erasures none.',
  ),
  erasures_older: entry(
    409,
    'The list of the erased lacks somebody whom the backup knows as erased: it is older than the backup, or of another tenant.',
    'Name a newer list: of the live folder, or of the newest backup.',
  ),
  proof_refused: entry(
    403,
    'That does not prove who asks.',
    'Use a link or challenge that has not expired, signed by a key that was registered for this person; or let the host vouch.',
  ),
  request_unknown: entry(404, 'There is no request of that id.', 'GET /v1/requests lists them; one of an erased person is gone.'),
  request_closed: entry(409, 'The request was answered or refused already.', 'Open another one.'),
  request_extended: entry(409, 'The request was extended already; the law allows it once.', 'Answer it, or refuse it with a reason.'),
  requests_too_many: entry(503, 'As many requests are open as may be.', 'Answer some; the limit is in docs/limits.md.'),
  recipients_too_many: entry(409, 'As many disclosures are recorded of this person as may be.', 'The limit is in docs/limits.md.'),
  notice_unknown: entry(404, 'There is no notice of that id.', 'GET /v1/notices lists what is owed.'),
  internal: entry(500, 'A bug of the engine.', 'Please report it with the code and the time; the log is intact.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errors;

/** The status of a whole answer that is this error. What else stands only in `rejected`, beside a success, is then a conflict. */
export function statusOf(code: ErrorCode): number {
  const { status } = errors[code];
  return status < 400 ? 409 : status;
}

/** An error for the few places that must throw (opening, fail-stop); carries its registered code. */
export class CodedError extends Error {
  override readonly name = 'CodedError';
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  constructor(code: ErrorCode, detail?: string) {
    super(`${code}: ${errors[code].sentence}${detail === undefined ? '' : ` (${detail})`} ${errors[code].hint}`);
    this.code = code;
    this.detail = detail;
  }
}

/** The code of whatever was thrown. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof CodedError ? error.code : 'internal';
}
