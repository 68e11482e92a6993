import { entropySuite } from '../ports/entropy.suite.js';
import { SystemEntropy } from './system-entropy.js';

entropySuite('system', () => new SystemEntropy());
