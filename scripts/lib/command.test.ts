import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from './command.ts';
import { ROOT } from './workspace.ts';

describe('runCommand', () => {
  it('gives both streams', async () => {
    const script = `process.stdout.write('out '); process.stderr.write('err')`;
    const result = await runCommand('node', ['-e', script]);
    expect(result.ok).toBe(true);
    expect(result.output.split(' ').sort()).toEqual(['err', 'out']);
  });

  it('reports a failing command and one that does not exist', async () => {
    expect((await runCommand('node', ['-e', 'process.exit(3)'])).ok).toBe(false);
    expect(await runCommand('evenkeel-no-such-command', [])).toEqual({
      ok: false,
      output: expect.stringContaining('ENOENT'),
    });
  });

  it('kills a command that hangs, with its children', async () => {
    const child = `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'inherit' })`;
    const result = await runCommand('node', ['-e', child], { timeoutMs: 500 });
    expect(result).toEqual({ ok: false, output: expect.stringContaining('killed after 0.5 s') });
  });

  it('runs the Node of the checkout', async () => {
    const { output } = await runCommand('node', ['-p', 'process.versions.node']);
    const manifest = readFileSync(join(ROOT, 'node_modules', 'node', 'package.json'), 'utf8');
    expect(output).toBe(JSON.parse(manifest).version);
  });
});
