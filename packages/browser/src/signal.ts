// Global Privacy Control: the browser objects for the person to sale and sharing (https://w3c.github.io/gpc/). The server reads the header
// Sec-GPC, and refuses the same purposes for it.
import type { Choices } from './purpose.js';

export function objects(): boolean {
  return Reflect.get(navigator, 'globalPrivacyControl') === true;
}

/** The choices, with what the browser objects to refused. */
export function withSignal(choices: Choices): Choices {
  return objects() ? { ...choices, personalise: false, share: false } : choices;
}

/**
 * The choices that a consent platform repeats. Of what the browser objects to, a grant that is held stays: it was given in the hearing of
 * the signal, since `connect` takes older ones back. None is granted anew, and no purpose is added, so that what is held is the same again.
 */
export function heldUnderSignal(choices: Choices, held: Choices): Choices {
  if (!objects()) return choices;
  const narrowed = { ...choices };
  for (const purpose of ['personalise', 'share'] as const) {
    if (narrowed[purpose]) narrowed[purpose] = held[purpose] === true;
  }
  return narrowed;
}
