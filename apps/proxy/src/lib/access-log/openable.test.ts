import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { whyNotOpenable } from './openable.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openable-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('takes a file that is there or can be made, and makes none', async () => {
  expect(await whyNotOpenable(join(folder, 'new.log'))).toBeUndefined();
  expect(await readdir(folder)).toEqual([]);
  await writeFile(join(folder, 'old.log'), 'kept');
  expect(await whyNotOpenable(join(folder, 'old.log'))).toBeUndefined();
});

it('takes a pipe that nobody reads, without waiting for a reader', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  expect(await whyNotOpenable(join(folder, 'pipe'))).toBeUndefined();
});

it('follows a link to a file that is not there yet', async () => {
  await symlink('new.log', join(folder, 'good'));
  await symlink('nowhere/new.log', join(folder, 'bad'));
  expect(await whyNotOpenable(join(folder, 'good'))).toBeUndefined();
  expect(await whyNotOpenable(join(folder, 'bad'))).toContain('ENOENT');
});

it('says why it cannot be opened', async () => {
  await mkdir(join(folder, 'sub'));
  await writeFile(join(folder, 'file'), '');
  expect(await whyNotOpenable(join(folder, 'nowhere', 'access.log'))).toBe(
    `ENOENT: there is no folder ${join(folder, 'nowhere')}`,
  );
  expect(await whyNotOpenable(join(folder, 'sub'))).toBe(`EISDIR: ${join(folder, 'sub')} is a folder`);
  expect(await whyNotOpenable(join(folder, 'file', 'access.log'))).toContain('ENOTDIR');
});

// Who is root may write everywhere.
it.skipIf(process.getuid?.() === 0)('says that it may not be written', async () => {
  await writeFile(join(folder, 'file'), '');
  await chmod(join(folder, 'file'), 0o400);
  await mkdir(join(folder, 'sub'), { mode: 0o500 });
  expect(await whyNotOpenable(join(folder, 'file'))).toContain('EACCES');
  expect(await whyNotOpenable(join(folder, 'sub', 'access.log'))).toContain('EACCES');
});
