import { expect, it } from 'vitest';
import { temporaryFile } from '../testing/temporary-file.ts';
import { run } from './run.ts';

const CONFIG = `
listeners: [{ port: 0, host: 127.0.0.1 }]
clusters: { api: { discovery: { file: none.yaml } } }
routes: [{ cluster: api }]
`;

/** Runs a configuration; `told` hears each line and each chance to stop. */
async function ran(text: string, told: (line: string, stop: () => void) => void) {
  await using file = await temporaryFile('evenkeel.yaml', text);
  const [out, err]: [string[], string[]] = [[], []];
  let stop = (): void => {};
  const hear = (lines: string[]) => (line: string) => {
    lines.push(line);
    told(line, stop);
  };
  const code = await run(file.path, {
    out: hear(out),
    err: hear(err),
    onReopen: () => {},
    onStop(callback) {
      stop = callback;
      told('ready to stop', stop);
    },
    onHangup: () => {},
  });
  return { code, out, err };
}

it('hears a stop before its start, binds nothing and exits 0', async () => {
  const { code, out, err } = await ran(CONFIG, (line, stop) => line === 'ready to stop' && stop());
  expect({ code, out }).toEqual({ code: 0, out: [] });
  expect(err.at(-1)).toBe('stopped');
});

it('exits 1 at once when told to stop twice before its start', async () => {
  const { code, out } = await ran(CONFIG, (line, stop) => {
    if (line !== 'ready to stop') return;
    stop();
    stop();
  });
  expect({ code, out }).toEqual({ code: 1, out: [] });
});

it('says what it waits for', async () => {
  const { code, out, err } = await ran(CONFIG, (line, stop) => line.includes('waiting') && stop());
  expect(code).toBe(0);
  expect(out).toEqual([expect.stringMatching(/^listening on /)]);
  expect(err).toContainEqual(expect.stringMatching(/^starting with .*evenkeel\.yaml$/));
  expect(err).toContain('cluster api: waiting for its endpoints');
});
