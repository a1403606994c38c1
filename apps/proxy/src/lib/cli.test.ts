import { expect, it } from 'vitest';
import { cli } from './cli.ts';

async function called(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await cli(args, {
    out: (line) => {
      out += `${line}\n`;
    },
    err: (line) => {
      err += `${line}\n`;
    },
    onStop: () => {},
    onReopen: () => {},
    onHangup: () => {},
  });
  return { code, out, err };
}

it('explains itself', async () => {
  expect(await called('--help')).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringContaining('Usage: evenkeel'),
  });
  expect(await called('run', '-h')).toMatchObject({ code: 0 });
  expect(await called('register', '--help')).toMatchObject({
    code: 0,
    out: expect.stringContaining('Usage: evenkeel register --config FILE -- COMMAND [ARGS]'),
  });
  expect(await called()).toMatchObject({ code: 2, out: expect.stringContaining('Usage: evenkeel') });
  expect((await called('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

it('prints the schema', async () => {
  const { code, out } = await called('schema');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toHaveProperty('properties.listeners');
  expect(JSON.parse((await called('schema', 'register')).out)).toHaveProperty('properties.register');
});

it.each<[string[], string]>([
  [['rnu'], 'unknown command "rnu", did you mean "run"?'],
  [['xyzzy'], 'unknown command "xyzzy"\n'],
  [['run'], '--config FILE is missing'],
  [['run', '--config', 'x', '--', 'y'], 'unexpected argument "y"'],
  [['register', '--', 'x'], '--config FILE is missing'],
  [['register', '--config', 'x'], '-- COMMAND is missing'],
  [['register', '--config', 'x', '--'], '-- COMMAND is missing'],
  [['register', '--config', 'x', 'node'], 'unexpected argument "node": the command to run stands behind --'],
  [['register', '--config', '/nowhere/x.yaml', '--', 'y', '-v'], '/nowhere/x.yaml: there is no such file'],
  [['schema', 'all'], 'there is no schema "all"'],
  [['schema', 'register', 'x'], 'unexpected argument "x"'],
  [['check'], '--config FILE is missing'],
  [['check', 'file'], 'unexpected argument "file"'],
  [['check', '--confg', 'x'], "Unknown option '--confg'"],
  [['check', '--config'], "Option '-c, --config <value>' argument missing"],
  [['check', '--config', '/nowhere/x.yaml'], '/nowhere/x.yaml: there is no such file\n'],
  [['check', '--config', '/'], '/: cannot be read (EISDIR)\n'],
])('refuses %j', async (args, message) => {
  const { code, out, err } = await called(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(message);
});
