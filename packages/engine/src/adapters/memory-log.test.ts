// The log in memory keeps the contract of every log.
import type { Log } from '../ports/log.js';
import { logSuite } from '../ports/log.suite.js';
import { MemoryLog } from './memory-log.js';

const reopen = async (log: Log): Promise<Log> => {
  await log.sync();
  return log;
};

logSuite('in memory', () => Promise.resolve({ log: new MemoryLog(), reopen }));
