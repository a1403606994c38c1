import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('answers every request although one of three endpoints always fails', async () => {
  const start = fileURLToPath(new URL('start.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [start]);
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(9);
  expect(new Set(lines)).toEqual(new Set(['200 hello from a', '200 hello from b']));
});
