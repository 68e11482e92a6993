// Runs one bench and ends with its JSON line on stdout. Exit codes: 0 a figure, 1 a wrong answer of what is measured, 2 wrong use.
import { bandit } from './bandit.js';
import { Complaint } from './complaint.js';
import { counterfactual } from './counterfactual.js';
import { decide } from './decide.js';
import { erase } from './erase.js';
import { experiment } from './experiment.js';
import { plantedFault, type Fault } from './fault.js';
import { freshness } from './freshness.js';
import { ingest } from './ingest.js';
import { itinerary } from './itinerary.js';
import { loop } from './loop.js';
import { say } from './progress.js';
import { overload } from './overload.js';
import { parseRunOptions } from './run-options.js';
import { removeScratchFolders } from './scratch-folder.js';
import { retail } from './retail.js';
import { revoke } from './revoke.js';
import { seal } from './seal.js';
import { sessions } from './sessions.js';
import { travel } from './travel.js';

type Bench = (options: {
  readonly data: string | null;
  readonly small: boolean;
  readonly tune: boolean;
  readonly fault: Fault | null;
}) => Promise<object>;

const benches: Readonly<Record<string, Bench>> = {
  sessions,
  ingest,
  decide,
  freshness,
  overload,
  erase,
  revoke,
  seal,
  counterfactual,
  itinerary,
  retail,
  travel,
  bandit,
  experiment,
  loop,
};

async function main(): Promise<number> {
  try {
    const options = parseRunOptions(process.argv.slice(2), Object.keys(benches));
    const fault = plantedFault();
    if (fault !== null) say(`a fault is planted: ${fault}`);
    const figures = await benches[options.name]?.({ data: options.data, small: options.small, tune: options.tune, fault });
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    say(error.message);
    return error.exitCode;
  } finally {
    removeScratchFolders();
  }
}

process.on('exit', removeScratchFolders);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
process.exitCode = await main();
