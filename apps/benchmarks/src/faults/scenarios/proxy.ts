import { appendFile } from 'node:fs/promises';
import { noneFailed } from '../judge.ts';
import type { Scenario } from '../scenario.ts';

/** The proxy reads its configuration again and again. */
export const reload: Scenario = {
  name: 'reload',
  summary: 'the configuration is changed and read again every second',
  durationMs: 60_000,
  async act({ contender, proxy, until, durationMs }) {
    for (let at = 1_000; at < durationMs; at += 1_000) {
      await until(at);
      await appendFile(proxy.file, `# change at ${at}\n`);
      proxy.signal(contender.reload);
    }
  },
  judge: ({ answers }) => [noneFailed(answers)],
};

/** The proxy is told to end while requests come in. */
export const drain: Scenario = {
  name: 'drain',
  summary: 'the proxy is told to end in the middle of the load',
  durationMs: 3_000,
  async act({ contender, proxy, until }) {
    await until(1_500);
    proxy.signal(contender.drain);
  },
  // Who cannot connect any more was not accepted.
  judge: ({ answers }) => [noneFailed(answers.filter(({ error }) => error !== 'ECONNREFUSED'))],
};
