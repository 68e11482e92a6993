#!/usr/bin/env node
// The executable: committed, so that npm links it on a clean clone; all of it stands in ../dist, which the build makes.
import { main } from '../dist/cli/main.js';

process.exitCode = await main(process.argv.slice(2));
