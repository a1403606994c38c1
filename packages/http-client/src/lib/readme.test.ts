import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { httpServer } from './testing/servers.ts';

test('the first example of the README runs as it stands', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  await using server = await httpServer((request, response) => {
    response.end(request.url === '/path' ? 'an answer' : '');
  });
  const script = example.replace('127.0.0.1:9001', server.address).replace('127.0.0.1:9002', '127.0.0.1:9');
  const args = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: new URL('.', import.meta.url).pathname,
  });
  expect(stdout.trim()).toBe('200 an answer');
});
