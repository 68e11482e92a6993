// npm run -s world -- shop|trip: runs one of the scripted worlds and prints what happened. `--write` puts both into docs/worlds.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { shop } from './shop.mjs';
import { trip } from './trip.mjs';

const worlds = { shop, trip };
const page = new URL('../../docs/worlds.md', import.meta.url);
const [asked] = process.argv.slice(2);

if (asked === '--write') {
  let text = readFileSync(page, 'utf8');
  for (const [name, run] of Object.entries(worlds)) {
    const told = (await run()).join('\n');
    text = text.replace(new RegExp(`(\`\`\`text ${name}\n)[^]*?(\n?\`\`\`)`), (_, head) => `${head}${told}\n\`\`\``);
  }
  writeFileSync(page, text);
} else if (Object.hasOwn(worlds, asked ?? '')) {
  for (const line of await worlds[asked]()) process.stdout.write(`${line}\n`);
} else {
  process.stderr.write('npm run -s world -- shop|trip\n');
  process.exitCode = 2;
}
