// What the panel says, in each language. Plain words: what is done, and what for. Invariant: every language says everything; a test holds
// that.
import { purposeWords, type PurposeWords } from './purpose-words.js';

export interface Words {
  readonly dir: 'ltr' | 'rtl';
  readonly title: string;
  readonly intro: string;
  readonly signal: string;
  readonly accept: string;
  readonly refuse: string;
  readonly save: string;
  readonly close: string;
  readonly policy: string;
  readonly purposes: PurposeWords;
}

const en: Words = {
  dir: 'ltr',
  title: 'May we use what you do here?',
  intro: 'You decide, for each purpose. Everything works without it, too, and you can change your mind at any time.',
  signal: 'Your browser tells sites not to sell or share your data. We keep to it unless you say otherwise here.',
  accept: 'Accept all',
  refuse: 'Refuse all',
  save: 'Save my choice',
  close: 'Close',
  policy: 'Privacy policy',
  purposes: purposeWords.en,
};

const de: Words = {
  dir: 'ltr',
  title: 'Dürfen wir verwenden, was Sie hier tun?',
  intro: 'Sie entscheiden, für jeden Zweck einzeln. Alles funktioniert auch ohne, und Sie können Ihre Wahl jederzeit ändern.',
  signal:
    'Ihr Browser bittet, Ihre Daten nicht zu verkaufen oder weiterzugeben. Daran halten wir uns, wenn Sie hier nichts anderes wählen.',
  accept: 'Alle annehmen',
  refuse: 'Alle ablehnen',
  save: 'Auswahl speichern',
  close: 'Schließen',
  policy: 'Datenschutzerklärung',
  purposes: purposeWords.de,
};

const fr: Words = {
  dir: 'ltr',
  title: 'Pouvons-nous utiliser ce que vous faites ici ?',
  intro: 'C’est vous qui décidez, pour chaque finalité. Tout fonctionne aussi sans cela, et vous pouvez changer d’avis à tout moment.',
  signal: 'Votre navigateur demande de ne pas vendre ni partager vos données. Nous le respectons, sauf si vous choisissez autre chose ici.',
  accept: 'Tout accepter',
  refuse: 'Tout refuser',
  save: 'Enregistrer mon choix',
  close: 'Fermer',
  policy: 'Politique de confidentialité',
  purposes: purposeWords.fr,
};

const ar: Words = {
  dir: 'rtl',
  title: 'هل تسمح لنا باستخدام ما تفعله هنا؟',
  intro: 'القرار لك، لكل غرض على حدة. كل شيء يعمل من دون ذلك أيضًا، ويمكنك تغيير رأيك في أي وقت.',
  signal: 'متصفحك يطلب عدم بيع بياناتك أو مشاركتها. نلتزم بذلك ما لم تختر غير ذلك هنا.',
  accept: 'قبول الكل',
  refuse: 'رفض الكل',
  save: 'حفظ اختياري',
  close: 'إغلاق',
  policy: 'سياسة الخصوصية',
  purposes: purposeWords.ar,
};

export const languages = { en, de, fr, ar } as const;

/** The words for a language tag (BCP 47): by its first part, English when there is no other. */
export function wordsFor(tag: string): readonly [tag: string, words: Words] {
  const first = tag.toLowerCase().split('-')[0] ?? '';
  const found = Object.entries(languages).find(([name]) => name === first);
  return found ?? ['en', en];
}
