// Asks a server how many events its log holds.
import { demand } from './complaint.js';
import { Connection, getRequest } from './connection.js';

export async function eventsInLog(port: number): Promise<number> {
  const answer = await Connection.askOnce(port, getRequest('/health'));
  const text = answer.body.toString('utf8');
  const parsed: unknown = JSON.parse(text);
  const events = typeof parsed === 'object' && parsed !== null && 'events' in parsed ? parsed.events : undefined;
  demand(answer.status === 200 && typeof events === 'number', `/health answered ${answer.status}: ${text.slice(0, 200)}`);
  return events;
}
