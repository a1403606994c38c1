import { expect, it } from 'vitest';
import { configText } from '../config/config-text.ts';
import { parseConfig } from '../config/load-config.ts';
import { workerPool } from './worker-pool.ts';

it('asks no worker for a configuration that was given up while its addresses were looked at', async () => {
  const text =
    'listeners: [{ port: 0, host: 127.0.0.1 }]\nclusters: {}\nroutes: [{ respond: { status: 204 } }]\n';
  const loaded = parseConfig(configText('evenkeel.yaml', text));
  const pool = workerPool(loaded, { say: () => {}, announce: () => {} });
  const reason = new Error('stopping');
  await expect(pool.prepare(loaded, AbortSignal.abort(reason))).rejects.toBe(reason);
});
