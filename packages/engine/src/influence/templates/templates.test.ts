// Templates that lie, press or shame cannot be published or shown; plain ones can.
import { describe, expect, it } from 'vitest';
import type { Item } from '../../model/item.js';
import type { Template } from '../../model/template.js';
import { lintTemplate } from './lint.js';
import { render } from './render.js';

const template = (texts: Template['texts'], more: Partial<Template> = {}): Template => ({ id: 't', texts, claims: [], ...more });
const rules = (given: Template): string[] => lintTemplate(given).map(({ rule }) => rule);

describe('the linter', () => {
  it('finds pressure in five languages, with its rule', () => {
    for (const text of ['Hurry, book now!', 'Letzte Chance für dich', 'Dernière chance !', 'Solo hoy', 'Affrettati!', 'Sale ends tonight'])
      expect(rules(template({ xx: text })), text).toContain('urgency_without_deadline');
    for (const text of ['Only 3 left', 'Nur noch 2 Zimmer', 'Presque épuisé', 'Casi agotado', 'Ultimi pezzi', 'Almost sold out'])
      expect(rules(template({ xx: text })), text).toContain('scarcity_without_stock');
    for (const text of ['17 people are looking at this', '12 Personen sehen das gerade'])
      expect(rules(template({ xx: text })), text).toContain('social_pressure');
  });

  it('finds shame in the words for refusing, and refusals that are missing or long', () => {
    const ask = (refuse: string, language = 'en'): string[] =>
      rules(template({ [language]: 'Would you like our letter?' }, { accept: { [language]: 'Yes' }, refuse: { [language]: refuse } }));
    expect(ask("No thanks, I don't want to save money")).toContain('confirm_shaming');
    expect(ask('Nein, ich zahle lieber mehr', 'de')).toContain('confirm_shaming');
    expect(ask('Non merci, je préfère payer plus', 'fr')).toContain('confirm_shaming');
    expect(ask('No')).toEqual([]);
    expect(ask('')).toEqual(['refusal_missing']);
    expect(ask('No, not at this moment, maybe some other day')).toEqual(['refusal_harder']);
  });

  it('lets plain texts through', () => {
    for (const text of [
      'New teas have arrived.',
      'Your order is on its way.',
      'Neu im Laden: Tee aus Assam',
      'Voici trois idées de voyage',
      'The lastest news',
    ])
      expect(lintTemplate(template({ en: text })), text).toEqual([]);
  });

  it('finds a language that is none: no number can be written in it', () => {
    for (const language of ['en_US', 'e', '']) expect(rules(template({ [language]: 'New teas.' }))).toEqual(['language_unreadable']);
    for (const language of ['pt-BR', 'zh-Hant', 'gsw']) expect(rules(template({ [language]: 'New teas.' }))).toEqual([]);
  });

  it('a claim has its place in the text, and the number comes from the source alone', () => {
    const claims: Template['claims'] = [{ kind: 'scarcity', item: 'tea' }];
    expect(rules(template({ en: 'There are {stock} in stock.' }, { claims }))).toEqual([]);
    expect(rules(template({ en: 'Only 3 left' }, { claims }))).toEqual(['claim_without_place', 'number_written_in']);
    expect(rules(template({ en: 'There are {stock} in stock.' }))).toEqual(['claim_without_place']);
    expect(rules(template({ en: 'Offer ends in {countdown}' }))).toContain('urgency_without_deadline');
  });
});

describe('rendering', () => {
  const at = Date.UTC(2026, 5, 1);
  const countdown = template(
    { en: 'The offer ends in {countdown}.', de: 'Das Angebot endet in {countdown}.' },
    { claims: [{ kind: 'countdown', item: 'tea' }] },
  );
  const scarcity = template({ en: 'There are {stock} in stock.' }, { claims: [{ kind: 'scarcity', item: 'tea' }] });
  const shown = (given: Template, item: Omit<Item, 'id'> | undefined, languages = ['en']): unknown => {
    const told = render(given, languages, () => (item === undefined ? undefined : { id: 'tea', ...item }), at);
    return told.ok ? told.value : told.code;
  };

  it('fills in what is true', () => {
    expect(shown(countdown, { validUntil: at + 5 * 3_600_000 })).toBe('The offer ends in 5 hours.');
    expect(shown(countdown, { validUntil: at + 90_001 }, ['fr', 'de'])).toBe('Das Angebot endet in 2 Minuten.');
    expect(shown(scarcity, { stock: 3 })).toBe('There are 3 in stock.');
  });

  it('shows nothing rather than what is not', () => {
    for (const item of [undefined, {}, { validUntil: at - 1 }, { validUntil: at + 1e10 }])
      expect(shown(countdown, item)).toBe('claim_untrue');
    for (const item of [undefined, {}, { stock: 0 }, { stock: 5_000 }]) expect(shown(scarcity, item)).toBe('claim_untrue');
    for (const language of ['ja', 'constructor', 'toString']) {
      expect(shown(scarcity, { stock: 3 }, [language])).toBe('language_missing');
      expect(shown(template({ en: 'New teas have arrived.' }), undefined, [language])).toBe('language_missing');
    }
  });
});
