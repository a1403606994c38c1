import { freePorts } from '@evenkeel/services';
import { expect, it } from 'vitest';
import { messageEnds } from '../testing/message-ends.ts';
import { namedEndpoint } from '../testing/named-endpoint.ts';
import { channel } from './channel.ts';
import { work } from './worker.ts';
import { remoteWorker, type WorkerConfig } from './worker-api.ts';

/** A worker in this process. */
function worker() {
  const { here, there } = messageEnds();
  const ended = work('1', there, () => {});
  const api = remoteWorker(channel(here, {}));
  return {
    api,
    async [Symbol.asyncDispose]() {
      await api.stop();
      await ended;
    },
  };
}

/** @param listeners their ports */
function config(listeners: readonly number[], discovery: string, more = ''): WorkerConfig {
  // Binding waits until the name is looked up.
  const text = `listeners: [${listeners.map((port) => `{ port: ${port}, host: localhost }`).join(', ')}]
clusters: { api: { discovery: { ${discovery} } } }
routes: [{ cluster: api }]
shutdown: { graceMs: 0 }
${more}
`;
  return { file: '/none/evenkeel.yaml', text };
}

async function answer(port: number): Promise<string> {
  const response = await fetch(`http://localhost:${port}/`, { headers: { connection: 'close' } });
  return response.text();
}

it.each([
  ['waits for endpoints', 'file: none.yaml'],
  ['binds its listeners', 'static: ["127.0.0.1:1"]'],
])('nothing is left of a preparation that %s when it is given up', async (_, discovery) => {
  await using a = await namedEndpoint('a');
  await using b = await namedEndpoint('b');
  const [first = 0, second = 0] = await freePorts(2);
  await using one = worker();
  const { api } = one;
  await api.start(config([first], `static: ["127.0.0.1:${a.port}"]`));
  const prepared = api.prepare(config([first, second], discovery, 'reload: { readyTimeoutMs: 60000 }'));
  const outcome = prepared.then(
    () => 'prepared',
    () => 'given up',
  );
  await api.abort();
  expect(await outcome).toBe('given up');
  await expect(answer(second)).rejects.toThrow();
  expect(await api.commit()).toEqual([]);
  expect(await answer(first)).toBe('a');
  await api.prepare(config([first, second], `static: ["127.0.0.1:${b.port}"]`));
  expect(await api.commit()).toEqual([expect.stringMatching(`^listening on .*:${second}$`)]);
  expect([await answer(first), await answer(second)]).toEqual(['b', 'b']);
});
