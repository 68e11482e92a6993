// Takes visits in, in a process of its own, and tells how long that took. Arguments: data folder; where the visits come from; how many of
// them; `sealed`: as always, with compaction beside it; `bare`: the same engine, in which sealing is taken out (the cipher copies, salts
// are zeros) and nothing is compacted.
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { open } from 'ethogram';
import { PersonSalts } from 'ethogram/internal/adapters/file-log/person-salts';
import { benchPoints } from './bench-point.js';
import { tell } from './child.js';
import { burn, plantedFault } from './fault.js';
import { logBytes } from './log-bytes.js';
import { importVisits } from './visit-import.js';
import { visitsFrom } from './visit-source.js';

const [folder = '', source = '', count = '0', mode = ''] = process.argv.slice(2);
const fault = plantedFault();

/** Only the seals of the log are AES-256-GCM; keys are wrapped as ever. */
function takeSealingOut(): void {
  const crypto = createRequire(import.meta.url)('node:crypto') as { createCipheriv: (name: string, ...rest: unknown[]) => object };
  const original = crypto.createCipheriv;
  const copies = {
    setAAD: () => undefined,
    update: (bytes: Uint8Array) => bytes,
    final: () => undefined,
    getAuthTag: () => new Uint8Array(16),
  };
  crypto.createCipheriv = (name, ...rest) => (name === 'aes-256-gcm' ? copies : original(name, ...rest));
  syncBuiltinESMExports();
  let zeros = Buffer.alloc(0);
  PersonSalts.prototype.of = ({ length }) => (zeros = zeros.length < length * 16 ? Buffer.alloc(length * 16) : zeros);
}

const isSealed = mode === 'sealed';
if (!isSealed) takeSealingOut();
else if (fault === 'slow-seal') {
  const of = Object.getOwnPropertyDescriptor(PersonSalts.prototype, 'of')?.value as (...all: unknown[]) => Buffer; // its method
  PersonSalts.prototype.of = function slow(...all) {
    burn(all[0].length);
    return Reflect.apply(of, this, all);
  };
}
// Nothing grows old enough to be sealed anew in the bare one.
const engine = await open(folder, {
  points: benchPoints,
  tickMs: 0,
  ...(isSealed ? { compactEveryMs: 1_000, logLimits: { hotMs: 3_000, compactEveryMs: 1_000 } } : { compactEveryMs: 86_400_000 }),
});
const visits = visitsFrom(source).train.slice(0, Number(count));
const usedBefore = process.cpuUsage();
const imported = await importVisits(engine, visits, 1_767_225_600_000, null);
const used = process.cpuUsage(usedBefore);
const { coldEvents, events } = logBytes(folder);
tell({ events: imported.events, ms: imported.ms, cpuMs: (used.user + used.system) / 1000, coldShare: coldEvents / events });
await engine.close();
process.disconnect();
