import { setTimeout as delay } from 'node:timers/promises';
import { strategyByName } from '@evenkeel/strategies/by-name';
import type { DemoOptions } from './demo-options.ts';
import { endpointRows } from './endpoint-rows.ts';
import { endpointTallies } from './endpoint-tallies.ts';
import { startFleet } from './fleet.ts';
import { drive } from './lane.ts';
import { openLanes } from './lanes.ts';
import type { Screen } from './screen.ts';
import { type DemoSummary, summarizeDemo } from './summary.ts';

const RATE = 100;
const KILL_AT = 0.4;
const REVIVE_AT = 0.65;
const VICTIM = 'healthy-2';

/** Runs the whole demo: backends, traffic, a death and a return. */
export async function runDemo(options: DemoOptions, screen: Screen): Promise<DemoSummary> {
  await using fleet = await startFleet();
  await using lanes = await openLanes(fleet.endpoints, () => strategyByName(options.strategy));
  using tallies = endpointTallies();

  const stop = new AbortController();
  const traffic = [lanes.client, lanes.proxy, lanes.naive].map((one) => drive(one, RATE, stop.signal));
  const startedAt = performance.now();
  const happened: string[] = [];
  let asked = 0;
  for (;;) {
    const elapsed = (performance.now() - startedAt) / 1_000;
    if (elapsed >= options.seconds) break;
    if (asked === 0 && elapsed >= options.seconds * KILL_AT) {
      asked = 1;
      await fleet.kill(VICTIM);
      happened.push(`${VICTIM} killed at ${elapsed.toFixed(1)} s`);
    } else if (asked === 1 && elapsed >= options.seconds * REVIVE_AT) {
      asked = 2;
      await fleet.revive(VICTIM);
      happened.push(`${VICTIM} back at ${elapsed.toFixed(1)} s`);
    }
    screen.show(progress(elapsed, options.seconds, happened), endpointRows(lanes.clusters));
    await delay(Math.min(500, Math.max(1, (options.seconds - elapsed) * 1_000)));
  }
  stop.abort();
  await Promise.all(traffic);
  screen.show(progress(options.seconds, options.seconds, happened), endpointRows(lanes.clusters));
  return summarizeDemo(options, lanes, endpointRows(lanes.clusters), tallies, happened);
}

function progress(elapsed: number, seconds: number, happened: readonly string[]): string {
  const clock = `${elapsed.toFixed(0).padStart(3)} of ${seconds} s, ${3 * RATE} requests/s`;
  return [clock, ...happened].join(' | ');
}
