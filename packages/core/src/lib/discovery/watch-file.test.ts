import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isEvenkeelError } from '../errors.ts';
import { watchFile } from './watch-file.ts';

test('texts come when they change, and end with the signal', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-watch-'));
  const path = join(folder, 'config.yaml');
  const replace = async (text: string): Promise<void> => {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  };
  await replace('a');
  const controller = new AbortController();
  const texts: string[] = [];
  for await (const text of watchFile(path, { signal: controller.signal })) {
    texts.push(text);
    if (text === 'a') {
      await replace('a');
      await replace('b');
    } else if (text === 'b') await replace('c');
    else controller.abort();
  }
  expect(texts).toEqual(['a', 'b', 'c']);
  await rm(folder, { recursive: true });
});

test('a file that is not there is an error, a path that is none is refused at once', async () => {
  const { signal } = new AbortController();
  const first = async (): Promise<unknown> => {
    for await (const text of watchFile(join(tmpdir(), 'evenkeel-none', 'x'), { signal })) return text;
    return undefined;
  };
  await expect(first()).rejects.toSatisfy((error) => isEvenkeelError(error, 'ERR_EVENKEEL_DISCOVERY'));
  expect(() => watchFile('', { signal })).toThrow('path: got ""');
});
