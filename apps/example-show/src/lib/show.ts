import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '@evenkeel/core';
import { startInstances } from './instances.ts';
import { tell } from './tell.ts';
import { startTraffic } from './traffic.ts';
import { untilSeen } from './until-seen.ts';

const FIRST = ['a', 'b', 'c'];

/** What a show is about. */
export interface ShowOptions {
  readonly cluster: Cluster;
  /** The program of an instance: it gets its name and `args`, registers, and sends a message when that is done. */
  readonly instance: URL;
  readonly args: readonly string[];
  /** Sends one request over the cluster. Resolves with the name of the instance that answered it. */
  readonly ask: () => Promise<string>;
  /** @default console.log */
  readonly print?: (line: string) => void;
}

/**
 * Runs requests while instances come and go, some eight seconds long, and prints what happens.
 *
 * @returns whether every request was answered, and every living instance had some
 */
export async function show({
  cluster,
  instance,
  args,
  ask,
  print = console.log,
}: ShowOptions): Promise<boolean> {
  const startedAt = performance.now();
  const line = (text: string): void =>
    print(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(5)} s  ${text}`);
  using _telling = tell(cluster, line);
  await using instances = startInstances(instance, args);

  line('three instances start and register: a, b, c');
  await Promise.all(FIRST.map((name) => instances.start(name)));
  await untilSeen(cluster, FIRST);
  const traffic = startTraffic(ask, line);
  await delay(1_500);

  line('a is killed (SIGKILL): it cannot deregister, its requests go to others');
  await instances.kill('a');
  await delay(1_500);

  line('d starts');
  await instances.start('d');
  await delay(2_500);

  line('b is stopped (SIGTERM): it deregisters, and ends when clients have seen it');
  await instances.stop('b');
  await delay(500);

  const { answered, failed } = await traffic.stop();
  const names = [...answered.keys()].sort();
  const total = [...answered.values()].reduce((sum, count) => sum + count, 0);
  line(`${total} requests answered (${names.map((name) => `${name} ${answered.get(name)}`).join(', ')})`);
  line(`${failed} requests failed`);
  return failed === 0 && [...FIRST, 'd'].every((name) => answered.has(name));
}
