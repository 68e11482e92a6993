// A strict reader of the Prometheus text format, for tests: it refuses whatever the format does not allow, and histograms that are not
// ones. Written from the description of the format, apart from the writer.
export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

/** The families by name. Throws with the line that is wrong. */
export function parseMetrics(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, Family>();
  let help: readonly [name: string, text: string] | null = null;
  let current: readonly [name: string, family: Family] | null = null;
  for (const line of text.slice(0, -1).split('\n')) {
    const described = /^# HELP ([a-zA-Z_:][\w:]*) (.*)$/.exec(line);
    if (described !== null) {
      help = [described[1] ?? '', described[2] ?? ''];
      if (/\\(?![\\n])/.test(help[1].replaceAll('\\\\', ''))) throw new Error(`bad escape: ${line}`);
      continue;
    }
    const typed = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram)$/.exec(line);
    if (typed !== null) {
      const name = typed[1] ?? '';
      if (help?.[0] !== name) throw new Error(`no HELP before: ${line}`);
      if (families.has(name)) throw new Error(`twice: ${line}`);
      const family: Family = { type: typed[2] ?? '', help: help[1], samples: [] };
      families.set(name, family);
      current = [name, family];
      continue;
    }
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (sample === null || current === null) throw new Error(`not a sample: ${line}`);
    const [, name = '', labels, value = ''] = sample;
    const [family, { type, samples }] = current;
    const suffix = name.startsWith(family) ? name.slice(family.length) : null;
    const allowed = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    if (suffix === null || !allowed.includes(suffix)) throw new Error(`outside its family: ${line}`);
    samples.push({ name, labels: labelsOf(labels ?? '', line), value: numberOf(value, line) });
  }
  for (const [name, family] of families) checkFamily(name, family);
  return families;
}

function labelsOf(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  const pattern = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;
  while (pattern.lastIndex < text.length) {
    const found = pattern.exec(text);
    if (found === null) throw new Error(`bad labels: ${line}`);
    const [, name = '', raw = ''] = found;
    if (Object.hasOwn(labels, name)) throw new Error(`a label twice: ${line}`);
    labels[name] = raw.replace(/\\([\\"n])/g, (_, each: string) => (each === 'n' ? '\n' : each));
  }
  return labels;
}

function numberOf(text: string, line: string): number {
  if (text === '+Inf') return Infinity;
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(text)) throw new Error(`not a number: ${line}`);
  return Number(text);
}

function checkFamily(name: string, { type, samples }: Family): void {
  const keys = samples.map((each) => each.name + JSON.stringify(Object.entries(each.labels).sort(([a], [b]) => (a < b ? -1 : 1))));
  if (new Set(keys).size !== keys.length) throw new Error(`${name}: a sample twice`);
  if (type === 'counter' && (!name.endsWith('_total') || samples.some(({ value }) => value < 0))) throw new Error(`${name}: no counter`);
  if (type !== 'histogram') return;
  const buckets = samples.filter((each) => each.name === `${name}_bucket`);
  const bounds = buckets.map(({ labels }) => numberOf(labels['le'] ?? 'none', name));
  if (bounds.at(-1) !== Infinity) throw new Error(`${name}: no bucket +Inf`);
  for (let at = 1; at < buckets.length; at += 1) {
    if ((bounds[at] ?? 0) <= (bounds[at - 1] ?? 0)) throw new Error(`${name}: bounds do not ascend`);
    if ((buckets[at]?.value ?? 0) < (buckets[at - 1]?.value ?? 0)) throw new Error(`${name}: buckets are not cumulative`);
  }
  const count = samples.filter((each) => each.name === `${name}_count`);
  const sum = samples.filter((each) => each.name === `${name}_sum`);
  if (count.length !== 1 || sum.length !== 1) throw new Error(`${name}: one sum and one count`);
  if (count[0]?.value !== buckets.at(-1)?.value) throw new Error(`${name}: the count is not the last bucket`);
}
