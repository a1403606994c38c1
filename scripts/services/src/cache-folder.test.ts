import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cached, cacheFolder } from './cache-folder.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'evenkeel-cache-'));
  vi.stubEnv('XDG_CACHE_HOME', home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const fill =
  (text: string) =>
  async (folder: string): Promise<void> =>
    writeFile(join(folder, 'a'), text);

it('fills a folder once', async () => {
  const folder = await cached('tool', ['1.0'], fill('first'));
  expect(await cached('tool', ['1.0'], fill('second'))).toBe(folder);
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('first');
  expect(await cached('tool', ['2.0'], fill('other'))).not.toBe(folder);
});

it('gives two that fill it at once the same whole folder, and keeps no leftovers', async () => {
  const both = await Promise.all([cached('tool', ['1'], fill('x')), cached('tool', ['1'], fill('x'))]);
  expect(both[0]).toBe(both[1]);
  expect(readdirSync(cacheFolder())).toHaveLength(1);
});

it('keeps nothing of a failure', async () => {
  const failed = cached('tool', ['1'], () => Promise.reject(new Error('no network')));
  await expect(failed).rejects.toThrow('no network');
  expect(readdirSync(cacheFolder())).toEqual([]);
  expect(existsSync(await cached('tool', ['1'], fill('x')))).toBe(true);
});
