import { describe, expect, it } from 'vitest';
import { programGate } from './service-gate.ts';
import { startProgram } from './start-program.ts';

const gate = await programGate('nginx', 'haproxy');

describe.skipIf(gate.skipped)(gate.title, () => {
  it('runs with the configuration it is given, and leaves nothing', async () => {
    const haproxy = await startProgram('haproxy', ({ port }) => ({
      config: `
defaults
  mode http
  timeout client 5s
frontend f
  bind 127.0.0.1:${port}
  http-request return status 200 content-type text/plain string hello
`,
      args: (file) => ['-db', '-f', file],
    }));
    const response = await fetch(`http://127.0.0.1:${haproxy.port}/`);
    expect([response.status, await response.text()]).toEqual([200, 'hello']);
    await haproxy.stop();
    expect(() => process.kill(haproxy.pid, 0)).toThrow('ESRCH');
    await haproxy.stop();
  });

  it('tells what the program said when it does not start', async () => {
    const args = (file: string): readonly string[] => ['-c', file, '-e', 'stderr'];
    const started = startProgram('nginx', () => ({ config: 'nonsense;', args }));
    await expect(started).rejects.toThrow('unknown directive "nonsense"');
  });
});
