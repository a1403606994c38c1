/** A family of metrics as a page shows it. */
export interface MetricFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** One line of it. */
export interface Sample {
  /** With the suffix that histograms add. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const COMMENT = new RegExp(`^# (HELP|TYPE) (${NAME})(?: (.*))?$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/;
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

/**
 * Reads a page in Prometheus' text format (version 0.0.4) as strictly as the format allows, for tests: what a lenient reader would guess
 * is an error here.
 *
 * @throws Error naming the line
 */
export function parseExposition(page: string): ReadonlyMap<string, MetricFamily> {
  if (!page.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, { type: string; help: string; samples: Sample[] }>();
  const series = new Set<string>();
  let current = '';
  for (const line of page.slice(0, -1).split('\n')) {
    const fail = (problem: string): never => {
      throw new Error(`${problem}: ${line}`);
    };
    if (line === '') continue;
    const comment = COMMENT.exec(line);
    if (comment !== null) {
      const [, word, name = '', text = ''] = comment;
      const family = families.get(name) ?? { type: '', help: '', samples: [] };
      if (name !== current && families.has(name)) fail('the lines of a metric are not together');
      if (family.samples.length > 0) fail('after its samples');
      if (word === 'TYPE' && (family.type !== '' || !TYPES.includes(text))) fail('no type, or a second one');
      if (word === 'HELP' && family.help !== '') fail('a second help');
      if (word === 'TYPE') family.type = text;
      else family.help = text;
      families.set(name, family);
      current = name;
    } else if (line.startsWith('#')) fail('a comment that says nothing');
    else {
      const [, name = '', labels = '', number = ''] = SAMPLE.exec(line) ?? fail('no sample');
      const family = families.get(current);
      if (family === undefined || !belongs(name, current, family.type))
        return fail('a sample of another metric');
      const sample = { name, labels: parseLabels(labels) ?? fail('bad labels'), value: parseValue(number) };
      if (Number.isNaN(sample.value) && number !== 'Nan' && number !== 'NaN') fail('no number');
      if (family.type === 'counter' && !(sample.value >= 0)) fail('a counter below 0');
      const key = `${name}${JSON.stringify(Object.entries(sample.labels).toSorted())}`;
      if (series.has(key)) fail('twice');
      series.add(key);
      family.samples.push(sample);
    }
  }
  for (const [name, family] of families) checkFamily(name, family);
  return families;
}

function belongs(name: string, family: string, type: string): boolean {
  if (type === 'histogram') return ['_bucket', '_sum', '_count'].some((suffix) => name === family + suffix);
  if (type === 'summary' && ['_sum', '_count'].some((suffix) => name === family + suffix)) return true;
  return name === family;
}

function parseLabels(text: string): Readonly<Record<string, string>> | undefined {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== ''; ) {
    const match = LABEL.exec(rest);
    const [whole, name, value] = match ?? [];
    if (whole === undefined || name === undefined || value === undefined || name in labels) return undefined;
    labels[name] = value.replaceAll(/\\(.)/g, (_, character: string) =>
      character === 'n' ? '\n' : character,
    );
    rest = rest.slice(whole.length);
    if (whole.endsWith(',') && rest === '') return undefined;
  }
  return labels;
}

function parseValue(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

function checkFamily(name: string, { type, help, samples }: MetricFamily): void {
  if (type === '' || help === '') throw new Error(`${name} has no type or no help`);
  if (type === 'counter' && !name.endsWith('_total')) throw new Error(`${name} is a counter without _total`);
  if (type !== 'histogram') return;
  const groups = Map.groupBy(samples, ({ labels: { le: _, ...rest } }) =>
    JSON.stringify(Object.entries(rest).toSorted()),
  );
  for (const [labels, group] of groups) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels: { le = '' } }) => parseValue(le));
    const rises = (values: readonly number[]): boolean =>
      values.every((value, i) => i === 0 || value >= (values[i - 1] ?? 0));
    const count = group.find((sample) => sample.name === `${name}_count`)?.value;
    const hasSum = group.some((sample) => sample.name === `${name}_sum`);
    const whole = bounds.at(-1) === Number.POSITIVE_INFINITY && buckets.at(-1)?.value === count && hasSum;
    if (!whole || !rises(bounds) || !rises(buckets.map(({ value }) => value))) {
      throw new Error(`${name} ${labels} is no whole histogram`);
    }
  }
}
