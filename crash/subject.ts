// The process under test: the real engine in a folder, taking events until it is killed or has taken enough. What was acknowledged is
// written to a file of its own, one write an acknowledgement: that file is what the survivors are measured by. Arguments: folder,
// acknowledgements file, events to take, a number that makes the ids of this run its own.
import { openSync, writeSync } from 'node:fs';
import { open, type IncomingEvent } from 'ethogram';

const [folder, acks, most, run] = process.argv.slice(2);
if (folder === undefined || acks === undefined) throw new Error('arguments: folder, acknowledgements file, events, run');
const marks = openSync(acks, 'a');
const engine = await open(folder, {
  logLimits: { segmentBytes: 256 * 1024, reserveBytes: 64 * 1024, recordBytesMax: 128 * 1024 },
  checkpointMs: 150,
  tickMs: 500,
});
const people = Array.from({ length: 40 }, (_, index) => `s${index}`);
for (const subject of people) await engine.choose(subject, { choices: { personalise: 'granted', train: 'granted' }, origin: 'crash' });
process.stdout.write('ready\n');

let count = 0;
const clients = Array.from({ length: 4 }, (_, client) => serve(client));
await Promise.all(clients);
await engine.close();

async function serve(client: number): Promise<void> {
  for (let turn = 0; count < Number(most); turn += 1) {
    const size = 1 + ((turn * 7 + client) % 12);
    const batch: IncomingEvent[] = [];
    for (let index = 0; index < size; index += 1) {
      count += 1;
      const subject = people[(count * 17 + client) % people.length] ?? 's0';
      batch.push({
        id: `${run}-${client}-${turn}-${index}`,
        subject,
        type: 'item.viewed',
        occurredAt: Date.now(),
        source: 'crash',
        properties: { product_id: `i${(count * 13) % 97}` },
      });
    }
    const done = await engine.accept(batch);
    if (done.ok && done.value.rejections.length === 0)
      writeSync(marks, `${batch.map(({ subject, id }) => `${subject} ${id}`).join('\n')}\n`);
    if (turn % 5 === 0) engine.rank({ point: 'home', subject: people[turn % people.length] ?? 's0' });
    if (client === 0 && turn % 60 === 59) await erase(turn);
  }
}

/** Somebody comes and is erased again: compaction and key destruction happen under fire. */
async function erase(turn: number): Promise<void> {
  const subject = `gone-${run}-${turn}`;
  await engine.choose(subject, { choices: { personalise: 'granted', train: 'granted' }, origin: 'crash' });
  await engine.accept([
    { id: 'x', subject, type: 'item.viewed', occurredAt: Date.now(), source: 'crash', properties: { product_id: 'i1' } },
  ]);
  await engine.erase([subject]);
  writeSync(marks, `erased ${subject}\n`);
}
