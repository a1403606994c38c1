import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cpuMicros } from './cpu-time.ts';

const isLinux = existsSync('/proc/self/schedstat');

describe.skipIf(!isLinux)('CPU time', () => {
  it('counts what this process does', async () => {
    const { user, system } = process.cpuUsage();
    const told = await cpuMicros([process.pid]);
    const after = process.cpuUsage();
    // Threads that have ended are not in it any more.
    expect(told).toBeGreaterThan(0.5 * (user + system));
    expect(told).toBeLessThan(1.1 * (after.user + after.system));
  });

  it('counts what a process started', async () => {
    const burn = 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done';
    const shell = spawn('sh', ['-c', `sh -c '${burn}; echo done; read line'; read line`], { stdio: 'pipe' });
    await once(shell.stdout, 'data');
    expect(await cpuMicros([shell.pid!])).toBeGreaterThan(3_000);
    const exited = once(shell, 'exit');
    shell.stdin.end();
    await exited;
  });

  it('fails for a process that is gone', async () => {
    const child = spawn('true');
    await once(child, 'exit');
    await expect(cpuMicros([child.pid!])).rejects.toThrow('ENOENT');
  });
});
