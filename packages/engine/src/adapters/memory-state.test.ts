import { stateSuite } from '../ports/state.suite.js';
import { MemoryState } from './memory-state.js';

stateSuite('memory', () => new MemoryState());
