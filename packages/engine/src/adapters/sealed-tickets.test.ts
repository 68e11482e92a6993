// A ticket opens for who made it, and for nothing that was changed in any way.
import { expect, test } from 'vitest';
import { sealedTickets } from './sealed-tickets.js';
import { SeededEntropy } from './seeded-entropy.js';

const secret = new Uint8Array(32).fill(5);
const tickets = sealedTickets(secret, 'links', new SeededEntropy(1));

test('opens to what was sealed, and tells nothing of it', () => {
  const ticket = tickets.seal('ann, until noon');
  expect(tickets.open(ticket)).toBe('ann, until noon');
  expect(Buffer.from(ticket, 'base64url').toString('latin1')).not.toContain('ann');
  expect(tickets.seal('ann, until noon')).not.toBe(ticket);
  expect(ticket).toMatch(/^[\w-]+$/);
});

test('one flipped bit anywhere is refused, and so is any other length', () => {
  const bytes = Buffer.from(tickets.seal('ann'), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(tickets.open(flipped.toString('base64url'))).toBeUndefined();
  }
  for (let length = 0; length < bytes.length; length += 1) {
    expect(tickets.open(bytes.subarray(0, length).toString('base64url'))).toBeUndefined();
  }
  for (const text of ['', '=', `${bytes.toString('base64url')}=`, ` ${bytes.toString('base64url')}`])
    expect(tickets.open(text)).toBeUndefined();
});

test('another use and another secret open nothing', () => {
  const ticket = tickets.seal('ann');
  expect(sealedTickets(secret, 'cookies', new SeededEntropy(2)).open(ticket)).toBeUndefined();
  expect(sealedTickets(new Uint8Array(32).fill(6), 'links', new SeededEntropy(3)).open(ticket)).toBeUndefined();
});
