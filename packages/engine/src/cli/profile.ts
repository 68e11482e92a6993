// ethogram profile: what is known of one subject.
import { CodedError } from '../base/errors.js';
import type { ProfileView } from '../runtime/engine-options.js';
import { dataOption, urlOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { profileLines } from './profile-text.js';
import { Remote } from './remote.js';

export const profile: Command = {
  name: 'profile',
  summary: 'show what a person chose and what was folded from it',
  synopsis: 'profile SUBJECT',
  help: ['What a person allowed, and the traits folded from it.'],
  examples: ['ethogram profile ann', 'ethogram profile ann --url http://127.0.0.1:4040 --json'],
  options: { ...dataOption, ...urlOption },
  argument: { kind: 'none' },
  shape: [
    'subject, events',
    'consent: {epoch, stands: {purpose: {choice, since, at, receivedAt}}} or null',
    'traits: {name: value}',
    'told: {name: the same to read}',
    'segments: [{name, title, isMember, facts: [[position, day, 1 entered or 0 left]]}]',
  ],
  async run(args, terminal) {
    const subject = args.only('subject');
    const url = args.text('url');
    const found =
      url !== undefined
        ? await new Remote(url, args.text('key')).get<ProfileView>(`/v1/subjects/${encodeURIComponent(subject)}`)
        : await withEngine(new DataFolder(args), terminal, async (engine) => {
            const result = engine.profile(subject);
            if (!result.ok) throw new CodedError(result.code);
            return await Promise.resolve(result.value);
          });
    terminal.result(found, () => profileLines(found));
    return exitCode.ok;
  },
};
