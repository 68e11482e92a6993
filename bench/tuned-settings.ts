// The settings that `ethogram tune` would choose, on the training visits of a bench: the same search, started from the program's own settings.
// Invariant: the visits that the bench asks about are never seen here.
import { settingsText, tuneVisits } from 'ethogram/internal/predict/visits/tune-visits';
import { visitSettings, type VisitSettings } from 'ethogram/internal/predict/visits/visit-settings';
import { Progress, say } from './progress.js';
import { visitStartMs } from './visit-import.js';
import type { Visit } from './visits.js';

const minutesMax = 12;
const parts = 1_000;
/** The time of day does not matter, ages in days do. */
const endMs = 1_767_225_600_000;

export function tunedOn(train: readonly Visit[]): VisitSettings {
  const untilMs = performance.now() + minutesMax * 60_000;
  const progress = new Progress('tuning', parts);
  let settings = visitSettings;
  let text = '';
  const timed = train.map((items, at) => ({ items, atMs: visitStartMs(at, train.length, endMs) }));
  for (const step of tuneVisits(timed, visitSettings, [1, 2])) {
    settings = step.settings;
    text = `${step.questions} held-out training questions: HR@20 ${step.hr20.toFixed(4)}, MRR@20 ${step.mrr20.toFixed(4)}`;
    if (step.done === 0) say(text);
    progress.at(Math.round(step.done * parts));
    if (performance.now() > untilMs) break;
  }
  say(`${text}; ${settingsText(settings).join(', ')}`);
  return settings;
}
