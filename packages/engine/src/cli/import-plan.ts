// What an import is asked to do, read from its arguments and checked before anything is opened.
import { limits } from '../base/limits.js';
import { isBasis } from '../http/basis-body.js';
import { isId } from '../model/id.js';
import { lawfulBases, type LawfulBasis } from '../model/system-event.js';
import { UsageError, type Arguments } from './arguments.js';
import type { OptionsConfig } from './command.js';
import { parseMap, type Named } from './import-mapping.js';
import { offsetOf, timeForms, timeReader, type TimeForm, type TimeReader } from './import-time.js';

export const defaultType = 'item.imported';

export interface ImportPlan {
  readonly path: string;
  /** The event type of rows whose file names none. */
  readonly type: string;
  /** null: nothing is declared, rows go by the grants of their people. */
  readonly declared: { readonly basis: LawfulBasis; readonly evidence: string } | null;
  readonly name: string;
  /** No row after this one. */
  readonly until: number;
  readonly named: Named;
  readonly timeOf: TimeReader;
  /** The zone of times that name none, minutes east of UTC. */
  readonly zoneMinutes: number;
}

export const importOptions = {
  basis: { type: 'string', value: 'BASIS', help: 'the lawful basis that is declared for the type', choices: lawfulBases },
  evidence: { type: 'string', value: 'TEXT', help: 'why it holds; stands in the log for ever' },
  'by-consent': { type: 'boolean', help: 'declare nothing: keep the rows of people whose grant holds already' },
  type: { type: 'string', value: 'NAME', help: `the event type of the rows (default ${defaultType}, which takes a declared basis)` },
  map: { type: 'string', value: 'MAP', help: 'which columns hold what: subject=uid,item=sku,time=ts,price=amount' },
  'time-form': { type: 'string', value: 'FORM', help: 'how times are written (default auto)', choices: timeForms },
  zone: { type: 'string', value: 'ZONE', help: 'the zone of times that name none: +02:00 (default Z)' },
  infer: { type: 'boolean', help: 'look at the head of the file, print the mapping with its reasons, import nothing' },
  yes: { type: 'boolean', help: 'with --infer: import at once with what was found' },
  source: { type: 'string', value: 'NAME', help: 'under which the import is remembered (default: the name of the file)' },
  limit: { type: 'string', value: 'N', help: 'only the first N rows' },
} as const satisfies OptionsConfig;

/** Throws UsageError. */
export function planOf(args: Arguments): ImportPlan {
  const path = args.only('file');
  const name = args.text('source') ?? path.replace(/^.*[/\\]/, '');
  if (!isId(name) || name.length > limits.sourceCharsMax) throw new UsageError(`--source takes 1 to ${limits.sourceCharsMax} characters`);
  const zone = args.text('zone');
  const offset = zone === undefined ? 0 : offsetOf(zone);
  if (offset === undefined) throw new UsageError('--zone is like +02:00 or Z');
  const form: TimeForm = args.choice('time-form', timeForms) ?? 'auto';
  return {
    path,
    type: args.text('type') ?? defaultType,
    declared: declaredIn(args),
    name,
    until: args.integer('limit', 1, Number.MAX_SAFE_INTEGER) ?? Number.MAX_SAFE_INTEGER,
    named: parseMap(args.text('map')),
    timeOf: timeReader(form, offset),
    zoneMinutes: offset,
  };
}

function declaredIn(args: Arguments): ImportPlan['declared'] {
  if (args.flag('by-consent')) {
    if (args.text('basis') !== undefined) throw new UsageError('--by-consent and --basis exclude one another');
    return null;
  }
  const basis = args.needed('basis', `the lawful basis under which the file may be used (${lawfulBases.join(', ')}), or say --by-consent`);
  if (basis === 'consent') throw new UsageError('consent is given by people, not declared: say --by-consent, and grants decide row by row');
  if (!isBasis(basis)) throw new UsageError(`--basis is one of ${lawfulBases.join(', ')}`);
  const evidence = args.needed('evidence', 'why that basis holds');
  if (evidence.length > limits.reasonCharsMax) throw new UsageError(`--evidence takes at most ${limits.reasonCharsMax} characters`);
  return { basis, evidence };
}
