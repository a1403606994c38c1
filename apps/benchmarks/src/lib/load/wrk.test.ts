import { createServer } from 'node:http';
import { programGate } from '@evenkeel/services';
import { describe, expect, it } from 'vitest';
import { wrk } from './wrk.ts';

const gate = await programGate('wrk');

describe.skipIf(gate.skipped)(gate.title, () => {
  it('tells the latency of each request once, and beside it the p99 that wrk makes of them', async () => {
    let count = 0;
    const server = createServer((_request, response) => {
      setTimeout(() => response.end('x'), ++count % 20 === 0 ? 300 : 5);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    try {
      const url = `http://127.0.0.1:${address.port}/`;
      const result = await wrk({ url, connections: 10, seconds: 2 });
      expect(result.requests).toBeGreaterThan(20);
      expect(result.latencies).toBe(result.requests);
      // One in twenty takes 300 ms; with what wrk supposes besides it would be more than one in four.
      expect(result.p90Ms).toBeLessThan(250);
      expect(result.p99Ms).toBeGreaterThan(250);
      expect(result.p999Ms).toBeGreaterThanOrEqual(result.p99Ms);
      expect(result.correctedP99Ms).toBeGreaterThan(250);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
