// The linter of texts: what presses people without a source, or shames them for refusing, cannot be published. A list of our own, small, in
// English, German, French, Spanish and Italian; each finding names its rule. It judges words, so it errs towards refusing: who has a reason
// to say "only 3 left" declares the claim and lets the engine fill the number in.
// Kinds after Mathur et al., Dark patterns at scale (2019): urgency, scarcity, confirm-shaming; no line of their corpus.
import type { Template } from '../../model/template.js';

export type LintRule =
  | 'urgency_without_deadline'
  | 'scarcity_without_stock'
  | 'confirm_shaming'
  | 'social_pressure'
  | 'claim_without_place'
  | 'number_written_in'
  | 'refusal_missing'
  | 'refusal_harder'
  | 'language_unreadable';

export interface Finding {
  readonly rule: LintRule;
  readonly language: string;
  /** The words that were found. */
  readonly words: string;
}

const any = (...words: readonly string[]): RegExp => new RegExp(`(?<![\\p{L}])(?:${words.join('|')})`, 'iu');

const urgency = any(
  'hurry',
  'last chance',
  'act (?:now|fast)',
  'ends (?:soon|today|tonight|in)',
  'only today',
  "don[’']t miss",
  'expires (?:soon|in|today)',
  "before it[’']s too late",
  'limited time',
  'beeil',
  'letzte chance',
  'nur (?:noch )?heute',
  'jetzt zugreifen',
  'endet (?:bald|heute|in)',
  'läuft (?:bald )?ab',
  'nicht verpassen',
  'dépêche',
  'dernière chance',
  'plus que \\d+ (?:heures|minutes|jours)',
  'expire (?:bientôt|dans)',
  'offre limitée',
  'date prisa',
  'última oportunidad',
  'solo hoy',
  'termina (?:pronto|hoy|en)',
  'affrettati',
  'ultima occasione',
  'solo oggi',
  'scade (?:presto|oggi|tra)',
);

const scarcity = any(
  'only \\d+ left',
  'almost (?:gone|sold out)',
  'selling (?:out )?fast',
  'few left',
  'last (?:one|items?|rooms?)',
  'nearly sold out',
  'nur noch \\d+',
  'fast (?:ausverkauft|weg|vergriffen)',
  'letzte (?:stücke|exemplare|zimmer)',
  'plus que \\d+ (?:en stock|articles|places)',
  'presque épuisé',
  'derniers? (?:articles?|exemplaires?|chambres?)',
  'solo quedan? \\d+',
  'casi agotad',
  'últimas unidades',
  'solo \\d+ rimast',
  'quasi esaurit',
  'ultimi pezzi',
);

const shaming = any(
  "no,? (?:thanks,? )?i (?:don[’']t (?:want|like|care|need)|prefer|hate|would rather|enjoy)",
  "i[’']d rather (?:pay|miss|stay)",
  "i don[’']t (?:care|want to save|like saving)",
  'nein,? (?:danke,? )?ich (?:will|möchte|mag|zahle|verzichte|brauche)',
  'ich (?:zahle lieber|verzichte auf)',
  "non,? (?:merci,? )?je (?:ne veux|préfère|n[’']aime|déteste)",
  'je préfère payer',
  'no,? (?:gracias,? )?(?:no quiero|prefiero|odio)',
  'prefiero pagar',
  'no,? (?:grazie,? )?(?:non voglio|preferisco|odio)',
  'preferisco pagare',
);

const pressure = any(
  '\\d+ (?:people|others|shoppers|guests) (?:are )?(?:looking|viewing|watching|bought)',
  'everyone (?:is|else)',
  '\\d+ (?:personen|andere|leute) (?:sehen|schauen|betrachten)',
  '\\d+ personnes regardent',
  '\\d+ personas (?:están )?(?:viendo|mirando)',
  '\\d+ persone stanno guardando',
);

const place = { countdown: '{countdown}', scarcity: '{stock}' } as const;

/** Everything that is wrong with a template; empty: it may be published, as far as words go. */
export function lintTemplate(template: Template): Finding[] {
  const findings: Finding[] = [];
  const claims = new Set(template.claims.map(({ kind }) => kind));
  const find = (rule: LintRule, language: string, pattern: RegExp, text: string): void => {
    const words = pattern.exec(text)?.[0];
    if (words !== undefined) findings.push({ rule, language, words });
  };
  for (const [language, text] of Object.entries(template.texts)) {
    // Numbers are written by its rules, so it has to be one.
    if (!isLanguage(language)) findings.push({ rule: 'language_unreadable', language, words: language });
    if (!claims.has('countdown')) find('urgency_without_deadline', language, urgency, text);
    if (!claims.has('scarcity')) find('scarcity_without_stock', language, scarcity, text);
    find('social_pressure', language, pressure, text);
    find('confirm_shaming', language, shaming, text);
    for (const kind of ['countdown', 'scarcity'] as const) {
      const named = text.includes(place[kind]);
      // The number comes from the source, so it must have its place, and a place must have its source.
      if (named !== claims.has(kind)) findings.push({ rule: 'claim_without_place', language, words: place[kind] });
    }
    // A number beside a declared claim would be believed as the source's.
    if (claims.size > 0)
      find('number_written_in', language, /\d+\s*(?:left|hours?|minutes?|stunden|minuten|heures|horas|ore|minuti|minutos)/iu, text);
  }
  for (const [language, accept] of Object.entries(template.accept ?? {})) {
    const refuse = template.refuse?.[language];
    if (refuse === undefined || refuse.trim() === '') findings.push({ rule: 'refusal_missing', language, words: accept });
    else {
      find('confirm_shaming', language, shaming, refuse);
      if (refuse.length > 3 * Math.max(accept.length, 8)) findings.push({ rule: 'refusal_harder', language, words: refuse });
    }
  }
  return findings;
}

/** Is it a tag as of BCP 47 (`en`, `pt-BR`)? */
function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
