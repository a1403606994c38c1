import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ask } from './ask.ts';
import type { Service } from './service.ts';
import { serviceGate } from './service-gate.ts';
import { startService } from './start-service.ts';

afterEach(() => vi.unstubAllEnvs());

const gate = await serviceGate('redis', { control: true });

describe.skipIf(gate.skipped)(gate.title, () => {
  it('starts two at once at ports of their own, and leaves nothing', async () => {
    const services = await Promise.all([startService('redis'), startService('redis')]);
    expect(new Set(services.map(({ port }) => port)).size).toBe(2);
    const pids = services.map(({ pid }) => pid!);
    await Promise.all(services.map((service) => service.stop()));
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await services[0]!.stop();
  });

  it('keeps data over a kill when told to, and forgets it when told to', async () => {
    await using redis = await startService('redis', { persist: true });
    expect(await ask(redis.port, 'SET a 1\r\n', /\+OK/)).toBe(true);
    await redis.restart({ keepData: true });
    expect(await ask(redis.port, 'GET a\r\n', /\$1\r\n1/)).toBe(true);
    const { port } = redis;
    await redis.kill();
    expect(redis.pid).toBeUndefined();
    await redis.restart({ keepData: false });
    expect(redis.port).toBe(port);
    expect(await ask(redis.port, 'GET a\r\n', /\$-1/)).toBe(true);
  });

  it('does not promise to keep data without persist', async () => {
    await using redis = await startService('redis');
    await expect(redis.restart({ keepData: true })).rejects.toThrow('persist');
  });

  it('pauses so that connections hang, and goes on', async () => {
    await using redis = await startService('redis');
    redis.pause();
    expect(await ask(redis.port, 'PING\r\n', /PONG/)).toBe(false);
    redis.resume();
    expect(await ask(redis.port, 'PING\r\n', /PONG/)).toBe(true);
  });

  it('does not outlive the process that started it, even if that is killed', async () => {
    const program = `
      import { startService } from './src/index.ts';
      const { pid, port } = await startService('redis');
      console.log(JSON.stringify({ pid, port }));`;
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const starter = spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    const { port } = JSON.parse(line.toString()) as { port: number };
    expect(await ask(port, 'PING\r\n', /PONG/)).toBe(true);
    starter.kill('SIGKILL');
    await expect.poll(() => ask(port, 'PING\r\n', /PONG/), { interval: 10, timeout: 5_000 }).toBe(false);
    await refused({ port });
  });

  it('stops a paused server', async () => {
    const redis = await startService('redis');
    redis.pause();
    await redis.stop();
    await refused(redis);
  });

  it('names what the server said when it does not start', async () => {
    await expect(startService('redis', { args: ['--no-such-option', 'x'] })).rejects.toThrow(
      /ended during its start[\s\S]*no-such-option/,
    );
  });
});

describe('without a server to start', () => {
  it('takes the address of the environment, and leaves that server alone', async () => {
    vi.stubEnv('EVENKEEL_TEST_REDIS', 'redis.test:6380');
    const redis = await startService('redis');
    expect(redis).toMatchObject({ host: 'redis.test', port: 6380, pid: undefined, controllable: false });
    await expect(redis.kill()).rejects.toThrow('EVENKEEL_TEST_REDIS');
    await redis.stop();
    expect(await serviceGate('redis')).toEqual({ skipped: false, title: 'real redis' });
  });

  it('skips with the reason, and fails in CI', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    vi.stubEnv('EVENKEEL_TEST_CONSUL', '127.0.0.1:1');
    vi.stubEnv('CI', '');
    const { skipped, title } = await serviceGate('consul', { control: true });
    expect(skipped).toBe(true);
    expect(title).toMatch(/SKIPPED, EVENKEEL_TEST_CONSUL/);
    vi.stubEnv('CI', 'true');
    await expect(serviceGate('consul', { control: true })).rejects.toThrow('consul is missing');
  });
});

async function refused({ port }: Pick<Service, 'port'>): Promise<void> {
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => {
    connect({ port, host: '127.0.0.1' }).once('error', resolve);
  });
  expect(error.code).toBe('ECONNREFUSED');
}
