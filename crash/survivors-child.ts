// Looks at one data folder in a process of its own, because a damaged memory-mapped file can kill the process that reads it.
// Arguments: folder, file with the promises, one a line. Prints what survived as JSON.
import { readFileSync } from 'node:fs';
import { promisesIn, survivors } from './survivors.js';

const [folder, promises] = process.argv.slice(2);
if (folder === undefined || promises === undefined) throw new Error('arguments: folder, promises file');
process.stdout.write(JSON.stringify(await survivors(folder, promisesIn(readFileSync(promises, 'utf8')))));
