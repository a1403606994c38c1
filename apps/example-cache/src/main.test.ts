import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serviceGate } from '@evenkeel/services';
import { describe, expect, it } from 'vitest';

const gate = await serviceGate('redis');
const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

describe.skipIf(gate.skipped)(`the example with ${gate.title}`, () => {
  it('shares what one proxy has fetched, and its purges', { timeout: 30_000 }, async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN]);
    expect(stderr).toBe('');
    const lines = stdout
      .trim()
      .replaceAll(/ttl=\d+/g, 'ttl=n')
      .replaceAll(/after \d+ ms/g, 'after n ms')
      .replaceAll(/fwd=[a-z-]*miss/g, 'fwd=miss')
      .split('\n');
    const miss = (edge: string) => `${edge}; fwd=miss; fwd-status=200; stored`;
    const hit = (edge: string) => `${edge}; hit; ttl=n`;
    expect(lines).toEqual([
      'one fetches, and both answer',
      `GET /price   answer 1  ${miss('one')}`,
      `GET /price   answer 1  ${hit('other')}`,
      `GET /price   answer 1  ${hit('one')}`,
      '',
      'a purge of a URL at one is heard by the other',
      'the purge was seen after n ms',
      `GET /price   answer 2  ${miss('other')}`,
      `GET /price   answer 2  ${hit('one')}`,
      '',
      'a purge of a tag at the other is heard by one',
      `GET /stock   answer 3  ${miss('one')}`,
      'the purge was seen after n ms',
      `GET /price   answer 4  ${miss('one')}`,
      `GET /price   answer 4  ${hit('other')}`,
      `GET /stock   answer 5  ${miss('other')}`,
      '',
      '4 hits, 5 misses, 5 requests reached the service',
    ]);
  });
});
