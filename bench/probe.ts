// What probes of a served engine share: one person's view of one item, acknowledged, with consent to everything that the bench measures.
import { demand } from './complaint.js';
import { postRequest, type Connection } from './connection.js';

export async function viewAs(connection: Connection, subject: string, item: string, place: number): Promise<void> {
  const context = { consent: { categoryPreferences: { personalise: true, train: true } } };
  const event = {
    type: 'track',
    event: 'item.viewed',
    userId: subject,
    messageId: `${place}`,
    timestamp: new Date().toISOString(),
    properties: { product_id: item },
    context,
  };
  const { status, body } = await connection.ask(postRequest('/v1/batch', JSON.stringify(event)));
  const text = body.toString('utf8');
  demand(status === 200 && text.includes('"accepted":1'), `a probe's event was not taken: ${status} ${text.slice(0, 200)}`);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
