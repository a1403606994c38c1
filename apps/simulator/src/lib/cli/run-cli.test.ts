import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '@evenkeel/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

/** Small and quick: three endpoints, one of them slow, two clients. */
const SCENARIO = `export const scenario = {
  name: 'small',
  durationMs: 2_000,
  endpoints: [{ service: 5 }, { service: 5 }, { service: 50 }],
  clients: { count: 2, traffic: { requestsPerSecond: 100 } },
};`;
const FIRST = `{ name: 'first', update(next) { this.all = next; }, pick() { return this.all[0]; } }`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-sim-'));
  file('scenario.ts', SCENARIO);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const code = await runCli(args, {
    out: (text) => {
      written.out += `${text}\n`;
    },
    err: (text) => {
      written.err += `${text}\n`;
    },
  });
  return { code, ...written };
}

const small = (...args: readonly string[]) => run('--scenario', join(folder, 'scenario.ts'), ...args);

describe('results', () => {
  it('are a table, the same for the same seed, another for another', async () => {
    const first = await small('--seed', '3');
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(/^small: 2 s, seed 3, 3 endpoints, \d+ requests\n\n +round-robin +peak-ewma\n/);
    expect(await small('--seed', '3')).toEqual(first);
    expect((await small('--seed', '4')).out).not.toBe(first.out.replace('seed 3', 'seed 4'));
  });

  it('are an array of reports with --json, and nothing else', async () => {
    const { out } = await small('--json', '--strategy', 'maglev', 'prequal');
    const reports = JSON.parse(out) as readonly Report[];
    expect(reports.map(({ strategy }) => strategy)).toEqual(['maglev', 'prequal']);
  });

  it('are a picture and a page', async () => {
    const [svg, html] = [join(folder, 'a.svg'), join(folder, 'a.html')];
    const { code, err } = await small('--svg', svg, '--html', html, '--theme', 'dark');
    expect([code, err]).toEqual([0, `wrote ${svg}\nwrote ${html}\n`]);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg /);
    expect(readFileSync(html, 'utf8')).toContain(readFileSync(svg, 'utf8').trim());
  });

  it('come from the catalogue as well, with as many endpoints as asked for', async () => {
    const { out } = await run('--scenario', 'slow-host', '--endpoints', '3', '--strategy', 'round-robin');
    expect(out).toMatch(/^slow host: 60 s, seed 1, 3 endpoints, 60,000 requests\n/);
  });

  it('list what there is', async () => {
    const { code, out } = await run('--list');
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}slow-host$/m);
    expect(out).toMatch(/^ {2}peak-ewma$/m);
    expect((await run('--help')).out).toMatch(/^Usage: pnpm sim /);
  });
});

describe('a strategy of a module', () => {
  it.each([
    ['a function that makes one', `export default () => (${FIRST});`],
    ['the only export', `export const mine = () => (${FIRST});\nexport const LIMIT = 3;`],
    ['a default among others', `export const a = () => 1;\nexport default () => (${FIRST});`],
    [
      'an object with clone',
      `const make = () => ({ ...${FIRST}, clone: make });\nexport const mine = make();`,
    ],
  ])('may be %s', async (what, code) => {
    const path = file(`${what.replaceAll(' ', '-')}.ts`, code);
    const { out, err } = await small('--strategy', path);
    expect(err).toBe('');
    expect(out).toMatch(/^ +first$/m);
    expect(out).toMatch(/^hottest ÷ fair share +3\.00 × \(e0\)$/m);
  });

  it('gets clock, chance and probe', async () => {
    const path = file(
      'context.ts',
      `export default (context: object) => ({ ...(${FIRST}), name: Object.keys(context).sort().join('-') });`,
    );
    expect((await small('--strategy', path)).out).toMatch(/^ +clock-probe-random$/m);
  });

  it('is told apart from another that calls itself the same', async () => {
    const [one, two] = ['one.ts', 'two.ts'].map((name) => file(name, `export default () => (${FIRST});`));
    const { out } = await small('--strategy', one ?? '', two ?? '', 'p2c');
    expect(out).toMatch(/first \(\S+one\.ts\) +first \(\S+two\.ts\) +p2c$/m);
  });
});

describe('arguments that make no sense end with 2 and say what is allowed:', () => {
  const refused = async (args: readonly string[], message: string | RegExp) => {
    const { code, out, err } = await small(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  };

  it('an unknown strategy', () =>
    refused(
      ['--strategy', 'peak-ewna'],
      /none called "peak-ewna"\. Did you mean "peak-ewma"\? There are round-robin, /,
    ));

  it('a file that is not there', () =>
    refused(['--strategy', './nowhere.ts'], /there is no file \/.*nowhere\.ts/));

  it('a module that cannot be loaded', () =>
    refused(['--strategy', file('broken.ts', 'export default (')], /cannot load \S+broken\.ts: /));

  it('a module that throws', () =>
    refused(
      ['--strategy', file('bad.ts', `throw new Error('out of order');`)],
      /cannot load .*: out of order/,
    ));

  it('a module without a strategy', () =>
    refused(
      ['--strategy', file('none.ts', 'export const limit = 3;')],
      /exports limit; expected a strategy \(an object/,
    ));

  it('a module with nothing in it', () =>
    refused(['--strategy', file('empty.ts', 'export {};')], /exports nothing; /));

  it('a module with two strategies', () =>
    refused(
      ['--strategy', file('two-of.ts', 'export const a = () => 1; export const b = () => 2;')],
      /exports a, b; expected .* as its default export, to say which/,
    ));

  it('a function that makes something else', () =>
    refused(
      ['--strategy', file('else.ts', 'export default () => ({ name: 1 });')],
      /returned \{"name":1\}, expected/,
    ));

  it('one strategy for two clients', () =>
    refused(
      ['--strategy', file('single.ts', `export default ${FIRST};`)],
      /has several clients: export a function/,
    ));

  it('an unknown scenario', async () => {
    const { code, err } = await run('--scenario', 'slow-hots');
    expect(code).toBe(2);
    expect(err).toMatch(/none called "slow-hots"\. Did you mean "slow-host"\?/);
  });

  it('a module without a scenario', async () => {
    const { code, err } = await run('--scenario', file('no-scenario.ts', 'export const a = { name: 1 };'));
    expect(code).toBe(2);
    expect(err).toMatch(/exports a; expected a scenario \(an object with endpoints/);
  });

  it('a scenario that is not sound', async () => {
    const path = file('unsound.ts', SCENARIO.replace('2_000', '-1'));
    const { code, err } = await run('--scenario', path);
    expect(code).toBe(2);
    expect(err).toMatch(/^durationMs: got -1, expected /);
  });

  it('a number of endpoints for a scenario that lists them', () =>
    refused(['--endpoints', '5'], /--endpoints: \S+scenario\.ts lists its endpoints; export a template/));
});

describe('a failure ends with 1:', () => {
  it('a strategy that throws when it is made, with the line', async () => {
    const path = file('throwing.ts', `export default () => {\n  throw new Error('not today');\n};`);
    const { code, err } = await small('--strategy', path);
    expect(code).toBe(1);
    expect(err).toMatch(/^the simulation failed: Error: not today\n.*throwing\.ts:2:9/);
  });

  it('a strategy that throws while it picks, with the line', async () => {
    const path = file(
      'throws.ts',
      `export default () => ({ name: 'throws', update() {}, pick() {\n  throw new RangeError('no'); } });`,
    );
    const { code, out, err } = await small('--strategy', path);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(
      /^the simulation failed: .* threw at [\d.]+ ms: no\nRangeError: no\n.*throws\.ts:2:9/,
    );
  });

  it('a picture that cannot be written', async () => {
    const path = join(folder, 'no-folder', 'a.svg');
    const { code, err } = await small('--svg', path);
    expect([code, existsSync(path)]).toEqual([1, false]);
    expect(err).toMatch(/ENOENT.*no-folder/);
  });
});

it('takes a template from a module', async () => {
  const path = file(
    'template.ts',
    `export const template = { name: 'mine', summary: 's', endpoints: 2, make: ({ strategy, seed, endpoints = 2, client }: any) => ({
      name: 'mine', strategy, seed, durationMs: 1_000, endpoints: Array.from({ length: endpoints }, () => ({ service: 5 })),
      clients: { traffic: { requestsPerSecond: 10 }, ...client } }) };`,
  );
  const { out } = await run('--scenario', path, '--endpoints', '4', '--seed', '9');
  expect(out).toMatch(/^mine: 1 s, seed 9, 4 endpoints/);
});
