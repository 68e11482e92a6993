import { clockSuite } from '../ports/clock.suite.js';
import { SystemClock } from './system-clock.js';

// Lower bounds only: a busy machine makes everything later, never wrong.
clockSuite('system', () => ({ clock: new SystemClock(), pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms + 2)) }));
