import { serviceGate, startService } from '@evenkeel/services';
import { describe, expect, it } from 'vitest';
import { configuredProxy } from '../testing/configured-proxy.ts';

const gate = await serviceGate('redis', { control: true });

describe.skipIf(gate.skipped)(gate.title, () => {
  it('limits what two proxies let pass together, and tells when it is alone', async () => {
    await using redis = await startService('redis');
    const configuration = (onFailure: string): string => `
clusters: { api: { discovery: { static: [UPSTREAM] } } }
routes:
  - cluster: api
    rateLimit:
      rate: 2
      perMs: 600000
      redis: { url: "redis://${redis.address}", timeoutMs: 2000, onFailure: ${onFailure}, failureThreshold: 2, probeMs: 20 }
`;
    await using one = await configuredProxy(configuration('deny'));
    await using other = await configuredProxy(configuration('allow'));
    const ask = async (proxy: typeof one) => (await fetch(proxy.url)).status;
    // Nobody waits for a connection that is not there yet.
    await expect.poll(() => ask(one), { timeout: 10_000 }).toBe(200);
    await expect.poll(() => ask(other), { timeout: 10_000 }).toBe(429);
    expect(await ask(one)).toBe(429);
    await redis.kill();
    for (let turn = 0; turn < 3; turn++) expect([await ask(one), await ask(other)]).toEqual([503, 200]);
    expect(one.errors.map(String)).toContain('Error: rateLimit: Redis is left alone');
  });
});
