import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serviceGate } from '@evenkeel/services';
import { describe, expect, it } from 'vitest';

const gate = await serviceGate('consul');
const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

describe.skipIf(gate.skipped)(`the example with ${gate.title}`, () => {
  it('loses no request while one instance is killed, one is added and one leaves', {
    timeout: 60_000,
  }, async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN]);
    expect(stderr).toBe('');
    const happened = stdout
      .trim()
      .replaceAll(/^ +[\d.]+ s {2}/gm, '')
      .split('\n');
    expect(happened.at(-1)).toBe('0 requests failed');
    expect(happened.at(-2)).toMatch(/^\d{3,} requests answered \(a \d+, b \d+, c \d+, d \d+\)$/);
    const order = (...lines: string[]) => lines.map((line) => happened.indexOf(line));
    const seen = order(
      'a is killed (SIGKILL): it cannot deregister, its requests go to others',
      '  the cluster sends nothing more to a',
    );
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
    expect(happened).toContain('  the cluster sees d');
    expect(happened).toContain('  the cluster sees no longer b');
    expect(seen).not.toContain(-1);
  });
});
