// Keys in memory keep the contract of every key store.
import { keysSuite } from '../ports/keys.suite.js';
import { MemoryKeys } from './memory-keys.js';
import { SeededEntropy } from './seeded-entropy.js';

keysSuite('in memory', () => Promise.resolve({ keys: new MemoryKeys(new SeededEntropy(1)), reopen: (keys) => Promise.resolve(keys) }));
