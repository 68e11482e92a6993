// Global Privacy Control: the browser objects for the person to sale and sharing (https://w3c.github.io/gpc/). The server reads the header
// Sec-GPC, and refuses the same purposes for it.
import type { Choices } from './purpose.js';

export function objects(): boolean {
  return 'globalPrivacyControl' in navigator && navigator.globalPrivacyControl === true;
}

/** The choices, with what the browser objects to refused. */
export function withSignal(choices: Choices): Choices {
  return objects() ? { ...choices, personalise: false, share: false } : choices;
}
