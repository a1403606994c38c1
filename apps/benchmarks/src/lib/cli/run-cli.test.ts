import { describe, expect, it } from 'vitest';
import { atMost } from '../report/report.ts';
import type { Benchmark } from './benchmark.ts';
import { runCli } from './run-cli.ts';

const fake: Benchmark = {
  name: 'fake',
  summary: 'Measures nothing.',
  options: { rounds: { description: 'how often', fallback: 5, quick: 1 } },
  run: async (settings) => ({
    tables: [{ title: 'Rounds', columns: [{ title: 'rounds' }], rows: [[settings.number('rounds')]] }],
    targets: [atMost('rounds', settings.number('rounds'), 3, 'rounds')],
    notes: [],
  }),
};

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(args, [fake], { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('the command line', () => {
  it('lists the benchmarks', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('Measures nothing.') });
    expect(await run('fak')).toMatchObject({ code: 2, err: 'no benchmark "fak"' });
  });

  it('lists the options of one', async () => {
    const { code, out } = await run('fake', '--help');
    expect(code).toBe(0);
    expect(out).toMatch(/--rounds N +how often \[5\]/);
  });

  it('fails a check only when it is asked to', async () => {
    expect((await run('fake')).code).toBe(0);
    expect((await run('fake', '--check')).code).toBe(1);
    expect((await run('fake', '--check', '--quick')).code).toBe(0);
    expect((await run('--', 'fake', '--check', '--rounds', '4')).code).toBe(1);
  });

  it('writes one JSON object', async () => {
    const { out } = await run('fake', '--json');
    expect(JSON.parse(out)).toMatchObject({
      benchmark: 'fake',
      tables: [{ title: 'Rounds', rows: [{ rounds: 5 }] }],
      targets: [{ met: false }],
    });
  });

  it('exits with 2 when an option makes no sense', async () => {
    expect(await run('fake', '--rounds', 'many')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--rounds'),
    });
    expect(await run('fake', '--turns', '4')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--turns'),
    });
  });
});
