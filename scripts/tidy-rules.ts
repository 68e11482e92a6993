// The table of banned text: pattern, what to write instead, where it applies, and who is excepted for which reason.
// Invariant: every exception names an existing file or folder that needs it; tidy.test.ts refuses one that nobody needs any more.

export interface Exception {
  /** A file, or a folder by its closing slash. */
  readonly path: string;
  readonly reason: string;
}

export interface Ban {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly instead: string;
  readonly within: (path: string) => boolean;
  readonly except: readonly Exception[];
  /** Where the pattern is looked for; in code alone if absent. */
  readonly look?: 'code and strings' | 'everything';
}

const everywhere = (): boolean => true;
const engine = (path: string): boolean => path.startsWith('packages/engine/src/') && !/\.(?:test|suite|fuzz|bench)\.ts$/.test(path);
const consent = (path: string): boolean => engine(path) && path.startsWith('packages/engine/src/consent/');

const at = (path: string, reason: string): Exception => ({ path: `packages/engine/src/${path}`, reason });

export const banned: readonly Ban[] = [
  {
    rule: 'wall clock',
    pattern: /\bDate\.now\b|\bnew Date\(|(?<!\.)\bDate\(|\bperformance\.now\b|\bprocess\.hrtime\b/g,
    instead: 'take the Clock port (law 6)',
    within: engine,
    except: [
      at('adapters/system-clock.ts', 'the adapter of the Clock port'),
      at('base/iso-time.ts', 'writes a number down'),
      at('cli/', 'shows times, measures progress; nothing of it reaches the engine'),
    ],
  },
  {
    rule: 'timer',
    pattern: /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b|\bprocess\.nextTick\b|'node:timers[^']*'/g,
    instead: 'take Clock.after or Clock.yield (law 6)',
    within: engine,
    look: 'code and strings',
    except: [
      at('adapters/system-clock.ts', 'the adapter of the Clock port'),
      at('cli/interrupt.ts', 'waits for a signal, or for so long'),
      at('http/first-screen-script.ts', 'the script of a page, as text: it runs in the browser'),
      at('sim/scheduler.ts', 'drains the microtasks between two steps of virtual time'),
    ],
  },
  {
    rule: 'chance',
    pattern: /\bMath\.random\b|\brandomUUID\b|\bcrypto\.(?:getRandomValues|subtle)\b/g,
    instead: 'take the Draw port for decisions, the Entropy port for keys and ids (law 6)',
    within: engine,
    except: [],
  },
  {
    rule: 'process',
    pattern: /\bprocess\./g,
    instead: 'take what you need as an option; only adapters and doors know the process (law 6)',
    within: engine,
    except: [
      at('adapters/folder-lock.ts', 'a lock names the process that holds it'),
      at('adapters/node-disk.ts', 'Windows cannot sync a folder'),
      at('cli/', 'the door that is a process: arguments, signals, exit code'),
      at('sim/run.ts', 'a program: arguments and exit code'),
      at('sim/races/run.ts', 'a program: arguments and exit code'),
      at('sim/run-merges.ts', 'a program: arguments and exit code'),
      at('sim/run-fdr.ts', 'a program: arguments and exit code'),
    ],
  },
  {
    rule: 'process module',
    pattern: /['"](?:node:)?(?:process|os|child_process|cluster|worker_threads)['"]/g,
    instead: 'take what you need as an option (law 6)',
    within: engine,
    look: 'code and strings',
    except: [
      at('adapters/lmdb-writer.ts', 'starts the thread of the State adapter that writes'),
      at('adapters/lmdb-writer-thread.ts', 'is that thread'),
      at('cli/new-pack.ts', 'the test that it writes, as text'),
      at('adapters/reseal-thread-owner.ts', 'starts the thread that seals by person'),
      at('adapters/reseal-thread.ts', 'is that thread'),
      at('adapters/thread-priority.ts', 'lowers the priority of threads of this very process'),
    ],
  },
  {
    rule: 'files',
    pattern: /['"](?:node:)?fs(?:\/promises)?['"]/g,
    instead: 'take the Disk port (law 6)',
    within: engine,
    look: 'code and strings',
    except: [
      at('adapters/folder-lock.ts', 'part of the adapter of the Disk port'),
      at('adapters/node-disk.ts', 'the adapter of the Disk port'),
      at('adapters/lmdb-state.ts', 'LMDB owns its folder; a wipe removes it'),
      at('adapters/lmdb-folders.ts', 'the files of LMDB, moved and destroyed'),
      at('adapters/lmdb-pages.ts', 'reads the file of LMDB before LMDB does'),
      at('cli/', 'reads the files that an operator names'),
    ],
  },
  {
    rule: 'cryptography',
    pattern: /['"](?:node:)?crypto['"]/g,
    instead: 'take the Entropy or Keys port; hashes of state are in base/',
    within: engine,
    look: 'code and strings',
    except: [
      at('adapters/system-entropy.ts', 'the adapter of the Entropy port'),
      at('adapters/keyed-draw.ts', 'the adapter of the Draw port: HMAC'),
      at('adapters/folder-lock.ts', 'a name of its own for each lock file'),
      at('adapters/file-log/', 'seals and digests of the log'),
      at('adapters/memory-log.ts', 'digests of the log'),
      at('adapters/key-file.ts', 'seals the runs of keys'),
      at('adapters/memory-wrapping.ts', 'wraps the keys, for tests'),
      at('adapters/key-wrap.ts', 'wraps the keys'),
      at('adapters/seeded-signer.ts', 'the adapter of the Signer port: Ed25519'),
      at('answer/ledger/tree-hash.ts', 'hashes of the Merkle tree: a pure function'),
      at('answer/ledger/ed25519.ts', 'checks signatures: a pure function'),
      at('adapters/subject-tags.ts', 'keyed hashes of ids'),
      at('adapters/keyed-proofs.ts', 'seals of proofs, signatures of devices'),
      at('adapters/sealed-tickets.ts', 'seals links and cookies of the portal'),
      at('adapters/sha256.ts', 'hashes of the files of a backup'),
      at('access/key-text.ts', 'hashes of the keys of callers, compared in constant time'),
      at('cli/', 'hashes of a dump and of a file that is imported'),
      at('sim/scheduler.ts', 'a hash of the trace of a run'),
    ],
  },
  {
    rule: 'network',
    pattern: /['"]node:(?:net|http|https|http2|tls|dgram|dns)(?:\/promises)?['"]|\bfetch\(/g,
    instead: 'only the HTTP door listens, and nothing calls out but adapters/open-id.ts, through its library',
    within: engine,
    look: 'code and strings',
    except: [at('http/', 'the door'), at('cli/', 'starts the door and talks to it')],
  },
  {
    rule: 'inexact mathematics',
    pattern: /\bMath\.(?:pow|exp|expm1|log\w*|sin|cos|tan|asin|acos|atan2?|sinh|cosh|tanh|asinh|acosh|atanh|cbrt|hypot)\b|\*\*/g,
    instead: 'use + - * / sqrt, or exp and log of base/exact-math.ts: the others differ in the last bit between versions of Node',
    within: engine,
    except: [
      at('adapters/system-clock.ts', 'a constant of the timer, never in state'),
      at('sim/seeded-random.ts', 'a bound, exact in every version'),
    ],
  },
  {
    rule: 'any',
    pattern: /\bas any\b|[:<,|&(]\s*any\b(?!\s*[:(])/g,
    instead: 'use unknown and narrow it',
    within: everywhere,
    except: [],
  },
  {
    rule: 'double cast',
    pattern: /\bas unknown as\b/g,
    instead: 'narrow the value, or write the type that it has',
    within: everywhere,
    except: [],
  },
  {
    rule: 'cast in the gate',
    pattern: /\bas\s+(?!const\b)/g,
    instead: 'narrow by a check: in consent/ a cast could forge a permit',
    within: consent,
    except: [],
  },
  {
    rule: 'silenced checker',
    pattern: /@ts-(?:ignore|nocheck|expect-error)|\b(?:oxlint|eslint)-disable\b/g,
    instead: 'mend what it says',
    within: everywhere,
    look: 'everything',
    except: [],
  },
  {
    rule: 'skipped test',
    pattern: /\b(?:it|test|describe|suite|bench)(?:\.\w+)*\.(?:skip|only|todo|fails)\b|\b(?:xit|xtest|xdescribe|fit|fdescribe)\(/g,
    instead: 'a test runs or goes; what a platform cannot do is skipIf with its condition',
    within: everywhere,
    except: [],
  },
  {
    rule: 'console',
    pattern: /\bconsole\./g,
    instead: 'return what happened as data; programs write to process.stdout and stderr',
    within: engine,
    except: [],
  },
  {
    rule: 'permit',
    pattern: /\bPermitted\.(?:mint|inspect)\b/g,
    instead: 'ask the gate: only it mints and opens permits (law 3)',
    within: everywhere,
    except: [at('consent/gate.ts', 'the one place that says yes')],
  },
  {
    rule: 'default export',
    pattern: /\bexport default\b/g,
    instead: 'export by name',
    within: everywhere,
    except: ['vitest.config.ts', 'vitest.browser.config.ts'].map((path) => ({ path, reason: 'the form that Vitest reads' })),
  },
  {
    rule: 'machine path',
    pattern: /(?<![\w.)\]}])\/(?:home|root|tmp|Users|workspace)\/|\b[A-Z]:\\\\/g,
    instead: 'use os.tmpdir(), import.meta.url or an argument',
    within: everywhere,
    look: 'code and strings',
    except: [],
  },
];
