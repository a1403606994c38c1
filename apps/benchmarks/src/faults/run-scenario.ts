import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { withDeadline } from '../lib/load/deadline.ts';
import { type Answer, openLoop } from '../lib/load/open-loop.ts';
import type { FaultContender } from './contenders.ts';
import { startKillableEndpoints } from './endpoints.ts';
import type { Scenario, Stage } from './scenario.ts';

/** How the load of a scenario is made. */
export interface LoadOptions {
  /** Requests a second. */
  readonly rate: number;
  readonly durationMs: number;
}

const DELAYS_MS = [5, 10, 20];
const WARM_UP_MS = 1_000;
/** Longer than anything that is configured: what takes longer hangs. */
const DEADLINE_MS = 10_000;

/** What became of the requests, and what reached the endpoints. */
export interface ScenarioRun {
  readonly answers: readonly Answer[];
  readonly posted: readonly string[];
}

/** Plays a scenario with a proxy and endpoints of its own. */
export async function runScenario(
  { method = 'GET', act }: Scenario,
  contender: FaultContender,
  { rate, durationMs }: LoadOptions,
): Promise<ScenarioRun> {
  await using endpoints = await startKillableEndpoints(DELAYS_MS);
  const proxy = await contender.start(endpoints.list.map(({ address }) => address));
  const client = new Agent({ connections: null, pipelining: 1, keepAliveTimeout: 60_000 });
  const origin = `http://127.0.0.1:${proxy.port}`;
  const send = async (id: string): Promise<number> => {
    const request = async (): Promise<number> => {
      const { statusCode, body } = await client.request({
        origin,
        path: '/',
        method,
        headers: { 'x-id': id },
      });
      await body.dump();
      return statusCode;
    };
    return withDeadline(request(), DEADLINE_MS);
  };
  try {
    await openLoop({ rate, durationMs: WARM_UP_MS, send: (index) => send(`w${index}`) });
    const start = performance.now();
    const stage: Stage = {
      contender,
      proxy,
      endpoints: endpoints.list as unknown as Stage['endpoints'],
      durationMs,
      until: (atMs) => sleep(Math.max(0, atMs - (performance.now() - start))),
    };
    const [answers] = await Promise.all([
      openLoop({ rate, durationMs, send: (index) => send(`r${index}`) }),
      act(stage),
    ]);
    return { answers, posted: await endpoints.posted() };
  } finally {
    await client.destroy();
    await proxy.stop();
  }
}
