// Fills a data folder with the training visits, in a process of its own, so that the bench's process stays small. Arguments: the data
// folder, then where the visits come from (see visit-source.ts). Says how many events it imported.
import { open } from 'ethogram';
import { benchPoints } from './bench-point.js';
import { tell } from './child.js';
import { plantedFault } from './fault.js';
import { importVisits } from './visit-import.js';
import { visitsFrom } from './visit-source.js';

const engine = await open(process.argv[2] ?? '', { points: benchPoints });
const { train } = visitsFrom(process.argv[3] ?? '');
const fault = plantedFault();
const imported = await importVisits(engine, train, Date.now(), fault === 'slow-event' ? null : fault);
await engine.close();
tell({ events: imported.events });
process.disconnect();
