// What probes of a served engine share: a server that has learned the visits, a stream of events beside, one probe after another on a
// connection of its own; and one person's view of one item, acknowledged, with consent to everything that the bench measures.
import { Acknowledgements } from './acknowledgements.js';
import { Child } from './child.js';
import { demand } from './complaint.js';
import { Connection, postRequest } from './connection.js';
import { fill } from './decide.js';
import { openLoop } from './open-loop.js';
import { People } from './people.js';
import { percentile } from './percentile.js';
import { say } from './progress.js';
import { makeScratchFolder, removeScratchFolder, sayDiskSpeed } from './scratch-folder.js';
import { visitsFrom, visitSource } from './visit-source.js';

const eventsPerSecond = 500;
const eventConnections = 32;
const warmMs = 2_000;
const pauseMs = 40;

/** 250 probes (20 in the small form), numbered from 0; what each found. */
export async function probed<T>(
  options: { readonly data: string | null; readonly small: boolean },
  seed: number,
  probeOnce: (connection: Connection, probe: number) => Promise<T>,
): Promise<T[]> {
  const count = options.small ? 20 : 250;
  sayDiskSpeed();
  const source = visitSource(options.data, options.small);
  const { test } = visitsFrom(source);
  const folder = makeScratchFolder();
  try {
    await fill(folder, source);
    const server = Child.start('server-child.js', [folder], true);
    try {
      const port = await server.port();
      const people = new People(test, 200, 'beside', new Acknowledgements());
      const stream = { perSecond: eventsPerSecond, connections: eventConnections, seed, next: () => people.nextEvent() };
      const found: T[] = [];
      const [beside = []] = await openLoop(port, [stream], 0, 0, async () => {
        const connection = await Connection.open(port);
        await pause(options.small ? 100 : warmMs);
        for (let probe = 0; probe < count; probe += 1) {
          found.push(await probeOnce(connection, probe));
          await pause(pauseMs);
        }
        connection.close();
      });
      say(`${found.length} probes beside ${beside.length} events (p99 ${percentile(beside, 0.99).toFixed(2)} ms)`);
      return found;
    } finally {
      await server.stop();
    }
  } finally {
    removeScratchFolder(folder);
  }
}

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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
