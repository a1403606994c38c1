import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { DemoSummary } from './lib/summary.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

it('loses no request that a retry could save, while a plain round robin does', {
  timeout: 60_000,
}, async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN, '--seconds', '5', '--json']);
  const summary = JSON.parse(stdout) as DemoSummary;
  expect(summary.ok).toBe(true);
  expect([summary.client.failures, summary.proxy.failures]).toEqual([0, 0]);
  expect(summary.client.requests).toBeGreaterThan(100);
  expect(summary.proxy.requests).toBeGreaterThan(100);
  expect(summary.roundRobin.failures).toBeGreaterThan(0);
  expect(summary.endpoints.map(({ id }) => id)).toEqual([
    'healthy-1',
    'healthy-2',
    'healthy-3',
    'slow',
    'flaky',
  ]);
  const picks = new Map(summary.endpoints.map((endpoint) => [endpoint.id, endpoint.picks]));
  expect(picks.get('healthy-1')).toBeGreaterThan(picks.get('slow') ?? Number.NaN);
  expect(summary.happened.join(' ')).toMatch(/healthy-2 killed .* healthy-2 back/);
  expect(stderr).toContain('picks/errors: healthy-1 ');
});

it('refuses bad arguments with the usage and exit code 2', async () => {
  const run = promisify(execFile)(process.execPath, [MAIN, '--seconds', 'never']);
  await expect(run).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('Usage: pnpm demo') });
});
