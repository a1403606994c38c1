import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const run = promisify(execFile);

it('prints a comparison', async () => {
  const { stdout } = await run(process.execPath, [
    MAIN,
    '--scenario',
    'slow-host',
    '--strategy',
    'least-request',
  ]);
  expect(stdout).toMatch(/^slow host: 60 s, seed 1, 11 endpoints/);
});

it('refuses bad arguments on stderr, with exit code 2', async () => {
  await expect(run(process.execPath, [MAIN, '--scenario', 'never'])).rejects.toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('none called "never"'),
  });
});
