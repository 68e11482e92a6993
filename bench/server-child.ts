// The server that is measured: the real HTTP door over the real engine on a folder, as `ethogram serve` runs them, in a process of its own.
// Argument: the data folder. Says its port when it listens.
import { open } from 'ethogram';
import { helpersGiveWay } from 'ethogram/internal/cli/helper-threads';
import { SystemClock } from 'ethogram/internal/adapters/system-clock';
import { Admission } from 'ethogram/internal/http/admission';
import { Door } from 'ethogram/internal/http/door';
import { tell, whenStopped } from './child.js';
import { plantFault } from './engine-faults.js';
import { plantedFault } from './fault.js';
import { benchPoints } from './bench-point.js';

helpersGiveWay();
const clock = new SystemClock();
if (plantedFault() === 'no-admission') Admission.prototype.enter = () => true;
const engine = await open(process.argv[2] ?? '', { clock, points: benchPoints });
plantFault(engine, plantedFault());
const door = new Door({ engine, clock, onError: (error) => console.error(error) });
const { port } = await door.listen({ port: 0 });
tell({ port });
whenStopped(async () => {
  await door.close();
  await engine.close();
});
