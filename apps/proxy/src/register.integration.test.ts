import { type Service, serviceGate, startService } from '@evenkeel/services';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RegisteredService, registeredService } from './lib/testing/registered-service.ts';

const gate = await serviceGate('redis', { control: true });
const SOON = { timeout: 15_000, interval: 20 };

describe.skipIf(gate.skipped)(`evenkeel register with ${gate.title}`, () => {
  let server: Service;
  let client: Redis;

  beforeAll(async () => {
    server = await startService('redis');
    client = new Redis(`redis://${server.address}`);
    client.on('error', () => {});
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  const redis = () => `redis: { url: "redis://${server.address}", service: s }`;
  const isListed = async ({ address }: RegisteredService) =>
    (await client.zscore('lb:{s}:exp', address)) !== null;
  const listed = (service: RegisteredService, expected = true) =>
    vi.waitUntil(async () => (await isListed(service)) === expected, SOON);

  it('registers a command that answers; on SIGTERM clients see that it leaves before it does', async () => {
    await using service = await registeredService({
      settings: `${redis()}
        weight: 3
        zone: eu-1
        version: "1.2"
        tags: [a, b]
        metadata: { rack: r7 }
        drainDelayMs: 2000`,
    });
    const { cli, address } = service;
    await listed(service);
    expect(JSON.parse((await client.hget('lb:{s}:rec', address)) ?? '')).toMatchObject({
      weight: 3,
      zone: 'eu-1',
      version: '1.2',
      tags: ['a', 'b'],
      meta: { rack: 'r7' },
    });
    cli.child.kill('SIGTERM');
    await listed(service, false);
    expect(await service.get()).toBe('here\n');
    expect(cli.stdout).not.toContain('service: SIGTERM');
    expect(await cli.exited).toBe(7);
    expect(cli.stdout).toContain('service: SIGTERM');
    const lines = cli.stderr.trim().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^evenkeel: started \S+, pid \d+$/),
      expect.stringMatching(/^evenkeel: the command is ready after \d+ ms$/),
      `evenkeel: ${address}: registered in redis`,
      'evenkeel: stopping: no new clients from now on',
      `evenkeel: ${address}: deregistered from redis`,
      'evenkeel: SIGTERM to the command',
      'evenkeel: the command ended with code 7',
    ]);
  });

  it('waits for the health path before it registers', async () => {
    await using service = await registeredService({
      settings: `${redis()}\nready: { http: { path: /healthz }, intervalMs: 10 }`,
    });
    await service.cli.printed(/(?:health asked, not ready\n){3}/);
    expect(await isListed(service)).toBe(false);
    await service.get('/get-ready');
    await listed(service);
  });

  it('deregisters at once a command that ends by itself, and exits with its code', async () => {
    await using service = await registeredService({ settings: `${redis()}\nttlMs: 60000` });
    await listed(service);
    await service.get('/exit/3');
    expect(await service.cli.exited).toBe(3);
    expect(await isListed(service)).toBe(false);
    expect(service.cli.stderr).not.toContain('stopping');
  });

  it('deregisters a command that is killed, and exits as a shell would', async () => {
    await using service = await registeredService({ settings: `${redis()}\nttlMs: 60000` });
    await listed(service);
    const [, pid] = await service.cli.printed(/pid (\d+)/);
    process.kill(Number(pid), 'SIGKILL');
    expect(await service.cli.exited).toBe(128 + 9);
    expect(await isListed(service)).toBe(false);
    expect(service.cli.stderr).toContain('evenkeel: the command was killed by SIGKILL\n');
  });

  it('kills a command that does not end within its grace', async () => {
    await using service = await registeredService({
      settings: `${redis()}\ndrainDelayMs: 0\nshutdown: { graceMs: 100 }`,
      mode: 'stubborn',
    });
    await listed(service);
    service.cli.child.kill('SIGINT');
    expect(await service.cli.exited).toBe(128 + 9);
    expect(service.cli.stdout).toContain('service: SIGTERM');
    expect(service.cli.stderr).toContain('SIGKILL to the command: it did not end within 100 ms\n');
    await expect(service.get()).rejects.toThrow();
  });

  it('cuts a wait short at each further signal', async () => {
    await using service = await registeredService({
      settings: `${redis()}\ndrainDelayMs: 3600000\nshutdown: { graceMs: 3600000 }`,
      mode: 'stubborn',
    });
    const { cli } = service;
    await listed(service);
    cli.child.kill('SIGTERM');
    await listed(service, false);
    cli.child.kill('SIGTERM');
    await cli.printed(/service: SIGTERM/);
    cli.child.kill('SIGTERM');
    expect(await cli.exited).toBe(128 + 9);
    expect(cli.stderr).toContain('SIGKILL to the command: told to stop at once\n');
  });

  it('leaves nothing behind of a command that does not pass the signal on', async () => {
    await using service = await registeredService({
      settings: `${redis()}\ndrainDelayMs: 0`,
      command: (words) => ['/bin/sh', '-c', '"$0" "$@"; true', ...words],
    });
    await listed(service);
    service.cli.child.kill('SIGTERM');
    expect(await service.cli.exited).toBe(128 + 15);
    await expect(service.get()).rejects.toThrow();
  });

  it('stops a command that is told to stop before it is ready, without registering it', async () => {
    await using service = await registeredService({
      settings: `${redis()}\nready: { http: { path: /healthz }, intervalMs: 10 }\ndrainDelayMs: 3600000`,
    });
    await service.cli.printed(/health asked/);
    service.cli.child.kill('SIGTERM');
    expect(await service.cli.exited).toBe(7);
    expect(service.cli.stderr).not.toContain('registered');
  });

  it('stops a command that is not ready in time, and exits 1', async () => {
    await using service = await registeredService({
      settings: `${redis()}\nready: { http: { path: /healthz }, intervalMs: 10, withinMs: 1500 }`,
    });
    expect(await service.cli.exited).toBe(1);
    expect(service.cli.stderr).toMatch(
      /the command is not ready within 1500 ms: .*GET \/healthz answered 503\n/,
    );
    expect(service.cli.stderr).not.toContain('registered');
    await expect(service.get()).rejects.toThrow();
  });

  it('ends with a command that ends before it is ready', async () => {
    await using service = await registeredService({
      settings: redis(),
      command: () => ['/bin/sh', '-c', 'echo too bad; exit 5'],
    });
    expect(await service.cli.exited).toBe(5);
    expect(service.cli.stdout).toBe('too bad\n');
    expect(service.cli.stderr).toMatch(
      /^evenkeel: started \/bin\/sh, pid \d+\nevenkeel: the command ended with code 5\n$/,
    );
  });

  it.each<[string, number, string]>([
    ['/nowhere/service', 127, 'there is no such command'],
    ['/', 126, 'EACCES'],
  ])('says that %s cannot be started', async (file, code, why) => {
    await using service = await registeredService({ settings: redis(), command: () => [file] });
    expect(await service.cli.exited).toBe(code);
    expect(service.cli.stderr).toBe(`evenkeel: cannot start ${file}: ${why}\n`);
  });

  it('lets the command run while the registry is away, and registers it when it is back', async () => {
    await using registry = await startService('redis');
    await registry.kill();
    await using service = await registeredService({
      settings: `redis: { url: "redis://${registry.address}", service: s }\nttlMs: 3000\ndrainDelayMs: 0`,
    });
    const told = (line: string) => vi.waitUntil(() => service.cli.stderr.includes(line), SOON);
    await told('registration failed');
    expect(await service.get()).toBe('here\n');
    await registry.restart({ keepData: false });
    await told('registered in redis');
    await registry.kill();
    await told('heartbeat failed');
    expect(await service.get()).toBe('here\n');
    await registry.restart({ keepData: false });
    await told('redis has forgotten the registration');
    await vi.waitUntil(() => service.cli.stderr.split('registered in redis').length === 3, SOON);
    service.cli.child.kill('SIGTERM');
    expect(await service.cli.exited).toBe(7);
  });

  it('ends although the registry is away', async () => {
    await using registry = await startService('redis');
    await using service = await registeredService({
      settings: `redis: { url: "redis://${registry.address}", service: s }\ndrainDelayMs: 0`,
    });
    await vi.waitUntil(() => service.cli.stderr.includes('registered in redis'), SOON);
    await registry.kill();
    service.cli.child.kill('SIGTERM');
    expect(await service.cli.exited).toBe(7);
    expect(service.cli.stderr).toContain('deregistration failed (');
  });
});
