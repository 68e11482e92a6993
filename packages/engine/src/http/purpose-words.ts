// What each purpose is called, and what it means, in one sentence, in each language: the only home of these words. The portal takes them
// from here; the consent panel, whose package stands alone, from a copy that scripts/purpose-words.mjs writes and a test holds equal.
// Invariant: what a person is asked in the panel is what the portal says that they answered.
import type { Purpose } from '../model/purpose.js';

/** Name and sentence of each purpose. */
export type PurposeWords = { readonly [P in Purpose]: readonly [name: string, sentence: string] };

export const purposeWords = {
  en: {
    service: ['To provide the service', 'Use what you do here to give you what you ask for.'],
    analytics: ['To count visits', 'See which pages are used, so that we can mend what does not work.'],
    personalise: ['To suggest what may suit you', 'Remember what you looked at and choose suggestions by it.'],
    train: ['To improve suggestions for everybody', 'Let the suggestions learn from your visits together with those of many others.'],
    care: ['To support your care', 'Use what you do here to help with your health, as you asked.'],
    fraud: ['To prevent fraud', 'Notice when somebody misuses your account or your means of payment.'],
    wellbeing: ['To look after you', 'Notice when something may do you harm, and hold back or offer help.'],
    fairness: ['To check that we are fair', 'Compare whether different groups of people are treated alike.'],
    share: ['To pass data on to others', 'Give what we know of your visits to other companies.'],
    research: ['For research', 'Let researchers study what many people do here.'],
  },
  de: {
    service: ['Um den Dienst zu erbringen', 'Was Sie hier tun, verwenden wir, um Ihnen zu geben, was Sie verlangen.'],
    analytics: ['Um Besuche zu zählen', 'Wir sehen, welche Seiten genutzt werden, und verbessern, was nicht gut geht.'],
    personalise: ['Um Passendes vorzuschlagen', 'Wir merken uns, was Sie angesehen haben, und wählen danach Vorschläge aus.'],
    train: ['Um Vorschläge für alle zu verbessern', 'Die Vorschläge lernen aus Ihren Besuchen, zusammen mit denen vieler anderer.'],
    care: ['Um Sie bei Ihrer Gesundheit zu unterstützen', 'Was Sie hier tun, hilft bei Ihrer Versorgung, wie Sie es gewünscht haben.'],
    fraud: ['Um Betrug zu verhindern', 'Wir bemerken, wenn jemand Ihr Konto oder Ihr Zahlungsmittel missbraucht.'],
    wellbeing: ['Um auf Sie zu achten', 'Wir bemerken, wenn Ihnen etwas schaden könnte, halten uns zurück oder bieten Hilfe an.'],
    fairness: ['Um zu prüfen, ob wir gerecht sind', 'Wir vergleichen, ob verschiedene Gruppen von Menschen gleich behandelt werden.'],
    share: ['Um Daten an andere weiterzugeben', 'Was wir über Ihre Besuche wissen, geben wir an andere Unternehmen.'],
    research: ['Für die Forschung', 'Forschende untersuchen, was viele Menschen hier tun.'],
  },
  fr: {
    service: ['Fournir le service', 'Utiliser ce que vous faites ici pour vous donner ce que vous demandez.'],
    analytics: ['Compter les visites', 'Voir quelles pages servent, afin de corriger ce qui ne va pas.'],
    personalise: ['Vous proposer ce qui peut vous convenir', 'Retenir ce que vous avez regardé et choisir des suggestions en conséquence.'],
    train: ['Améliorer les suggestions pour tous', 'Faire apprendre les suggestions de vos visites et de celles de beaucoup d’autres.'],
    care: ['Vous aider dans vos soins', 'Utiliser ce que vous faites ici pour votre santé, comme vous l’avez demandé.'],
    fraud: ['Empêcher la fraude', 'Remarquer si quelqu’un abuse de votre compte ou de votre moyen de paiement.'],
    wellbeing: ['Veiller sur vous', 'Remarquer ce qui pourrait vous nuire, nous retenir ou proposer de l’aide.'],
    fairness: ['Vérifier que nous sommes justes', 'Comparer si différents groupes de personnes sont traités de la même façon.'],
    share: ['Transmettre des données à d’autres', 'Donner à d’autres entreprises ce que nous savons de vos visites.'],
    research: ['Pour la recherche', 'Permettre à des chercheurs d’étudier ce que beaucoup de personnes font ici.'],
  },
  ar: {
    service: ['لتقديم الخدمة', 'نستخدم ما تفعله هنا لنعطيك ما تطلبه.'],
    analytics: ['لعدّ الزيارات', 'نعرف أي الصفحات تُستخدم لنصلح ما لا يعمل جيدًا.'],
    personalise: ['لاقتراح ما قد يناسبك', 'نتذكر ما نظرت إليه ونختار الاقتراحات على أساسه.'],
    train: ['لتحسين الاقتراحات للجميع', 'تتعلم الاقتراحات من زياراتك مع زيارات كثيرين غيرك.'],
    care: ['لدعم رعايتك الصحية', 'نستخدم ما تفعله هنا لمساعدتك في صحتك كما طلبت.'],
    fraud: ['لمنع الاحتيال', 'نلاحظ إذا أساء أحد استخدام حسابك أو وسيلة الدفع الخاصة بك.'],
    wellbeing: ['للعناية بك', 'نلاحظ ما قد يضرك فنمتنع عنه أو نعرض المساعدة.'],
    fairness: ['للتحقق من أننا منصفون', 'نقارن هل تُعامَل المجموعات المختلفة من الناس بالمثل.'],
    share: ['لإعطاء البيانات للآخرين', 'نعطي شركات أخرى ما نعرفه عن زياراتك.'],
    research: ['للبحث العلمي', 'نسمح للباحثين بدراسة ما يفعله كثير من الناس هنا.'],
  },
} as const satisfies { readonly [language: string]: PurposeWords };
