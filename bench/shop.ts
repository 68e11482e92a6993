// A shop's invoices for the bench `retail`: read from online_retail.csv(.gz) or made up. Kept are lines with a positive quantity and price that
// are no cancellation (invoice C...), each once (the file repeats lines), and codes of goods only (POST, D, BANK CHARGES and the like are no goods).
import { readCsv } from './csv-table.js';
import { SeededRandom } from './seeded-random.js';
import { Zipf } from './zipf.js';

export interface InvoiceLine {
  readonly invoice: string;
  readonly item: string;
  /** null: nobody knows who it was. */
  readonly customer: string | null;
  /** Days since 1970, UTC. */
  readonly day: number;
  readonly value: number;
  readonly country: string;
}

const msPerDay = 86_400_000;

export function readInvoices(folder: string): InvoiceLine[] {
  const table = readCsv(folder, 'online_retail.csv');
  const names = ['InvoiceNo', 'StockCode', 'Quantity', 'InvoiceDate', 'UnitPrice', 'CustomerID', 'Country'];
  const [invoice = 0, item = 0, quantity = 0, date = 0, price = 0, customer = 0, country = 0] = names.map((name) => table.column(name));
  const seen = new Set<string>();
  const lines: InvoiceLine[] = [];
  for (const row of table.rows) {
    const value = Number(row[quantity]) * Number(row[price]);
    const code = row[item] ?? '';
    const number = row[invoice] ?? '';
    if (number.startsWith('C') || Number(row[quantity]) <= 0 || !(value > 0) || !/^\d/.test(code)) continue;
    const key = row.join('\u0000');
    if (seen.has(key)) continue;
    seen.add(key);
    const day = Math.floor(Date.parse(`${(row[date] ?? '').replace(' ', 'T')}Z`) / msPerDay);
    const who = row[customer] ?? '';
    lines.push({ invoice: number, item: code.toUpperCase(), customer: who === '' ? null : who, day, value, country: row[country] ?? '' });
  }
  return lines;
}

/** Made-up invoices of a year: people of different rates, some of whom stop; items of one family go together. */
export function makeInvoices(): InvoiceLine[] {
  const random = new SeededRandom(31);
  const families = new Zipf(20, random);
  const lines: InvoiceLine[] = [];
  let invoice = 0;
  for (let person = 0; person < 400; person += 1) {
    const gapDays = 5 + random.gap(30);
    const spend = 5 + random.gap(20);
    const stays = random.share() < 0.6 ? 1 : 0.85;
    let day = Math.floor(random.share() * 200);
    while (day < 373) {
      invoice += 1;
      const family = families.draw();
      for (const _ of Array.from({ length: 2 + random.below(4) }))
        lines.push({
          invoice: `${invoice}`,
          item: `${family}-${random.below(1 + random.below(30))}`,
          customer: `${person}`,
          day: 14_000 + day,
          value: spend * (0.5 + random.share()),
          country: 'Here',
        });
      if (random.share() > stays) break;
      day += 1 + Math.floor(random.gap(gapDays));
    }
  }
  return lines.sort((a, b) => a.day - b.day);
}
