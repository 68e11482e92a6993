// The rules of a person's standing, each by name.
import { describe, expect, it } from 'vitest';
import { bitOf } from '../model/purpose.js';
import type { Choice, ConsentChange } from '../model/system-event.js';
import { changeStanding, effectiveChange, type Standing } from './standing.js';

const change = (choice: Choice): ConsentChange => ({ choices: { personalise: choice }, origin: 'test' });

function after(...steps: readonly (readonly [Choice, position: number, occurredAt: number, receivedAt: number])[]): Standing {
  let standing: Standing | undefined;
  for (const [choice, position, occurredAt, receivedAt] of steps)
    standing = changeStanding(standing, change(choice), position, occurredAt, receivedAt).standing;
  return standing ?? { epoch: -1, stands: {} };
}

describe('standing', () => {
  it('keeps the epoch and the grant when a choice is repeated', () => {
    const once = after(['granted', 3, 100, 100]);
    const again = changeStanding(once, change('granted'), 9, 900, 900);
    expect(again.changed).toBe(false);
    expect(again.standing).toEqual(once);
    expect(effectiveChange(once, change('granted'), 900, 900).change).toBeNull();
  });

  it('lets a withdrawal apply although a slow clock dates it before the grant', () => {
    const standing = after(['granted', 1, 1000, 1000], ['withdrawn', 2, 10, 1100]);
    expect(standing.stands.personalise?.choice).toBe('withdrawn');
    expect(standing.epoch).toBe(2);
  });

  it('refuses a grant that was given before the withdrawal was received', () => {
    const withdrawn = after(['granted', 1, 1000, 1000], ['withdrawn', 2, 2000, 2000]);
    const stale = changeStanding(withdrawn, change('granted'), 3, 1500, 3000);
    expect(stale.changed).toBe(false);
    expect(stale.stale).toBe(bitOf('personalise'));
    expect(changeStanding(withdrawn, change('granted'), 3, 2500, 3000).standing.stands.personalise?.since).toBe(3);
    // By when the withdrawal came, not by when it was made: what was given in between did not know of it here.
    const late = after(['granted', 1, 1000, 1000], ['withdrawn', 2, 2000, 2600]);
    const [between, then] = [2599, 2600].map((at) => changeStanding(late, change('granted'), 3, at, 3000).stale);
    expect([between, then]).toEqual([bitOf('personalise'), 0]);
  });

  it('says which purposes were narrowed', () => {
    const granted = after(['granted', 1, 1, 1]);
    expect(changeStanding(granted, { choices: { personalise: 'objected', train: 'denied' }, origin: 'test' }, 2, 2, 2).narrowed).toBe(
      bitOf('personalise') | bitOf('train'),
    );
  });
});
