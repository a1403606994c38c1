import { manualClock, settle } from '@evenkeel/core/testing';
import { expect, it } from 'vitest';
import { type Supervised, supervisor } from './supervisor.ts';

interface FakeProcess extends Supervised {
  readonly place: number;
  end(how: string): void;
  readonly begun: PromiseWithResolvers<void>;
}

function supervised() {
  const clock = manualClock();
  const launched: FakeProcess[] = [];
  const lines: string[] = [];
  const keeper = supervisor<FakeProcess>({
    launch(place) {
      const { promise: exited, resolve: end } = Promise.withResolvers<string>();
      const process = {
        place,
        exited,
        end,
        kill: () => end('SIGKILL'),
        begun: Promise.withResolvers<void>(),
      };
      launched.push(process);
      return process;
    },
    begin: ({ begun }) => begun.promise,
    say: (line) => lines.push(line),
    clock,
  });
  /** Ends the newest process and tells how long it takes until there is another one. */
  const waits = async (): Promise<number> => {
    const before = launched.length;
    launched.at(-1)?.end('exit code 1');
    await settle();
    let waited = 0;
    for (; launched.length === before && waited < 20_000; waited += 50) {
      clock.advance(50);
      await settle();
    }
    return waited;
  };
  return { clock, launched, lines, keeper, waits };
}

it('starts a process anew, at once, then after longer and longer waits', async () => {
  const { launched, lines, keeper, waits } = supervised();
  keeper.scale(2);
  launched[0]?.begun.resolve();
  await settle();
  expect([keeper.running.length, keeper.ready.length]).toEqual([2, 1]);
  const waited: number[] = [];
  for (let i = 0; i < 10; i++) waited.push(await waits());
  expect(waited).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  expect(lines.slice(0, 2)).toEqual([
    'worker 2 ended (exit code 1), another one starts',
    'worker 2 ended (exit code 1), next start in 100 ms',
  ]);
});

it('a process that lived for a while is no failure to start', async () => {
  const { clock, launched, keeper, waits } = supervised();
  keeper.scale(1);
  for (let i = 0; i < 20; i++) {
    launched.at(-1)?.begun.resolve();
    clock.advance(10_000);
    expect(await waits()).toBe(0);
  }
});

it('gives up when none serves and none can be kept', async () => {
  const { keeper, waits } = supervised();
  keeper.scale(1);
  for (let i = 0; i < 7; i++) await waits();
  await waits();
  expect(await keeper.failed).toBe('worker 1 ended 8 times in a row (exit code 1), and no other one serves');
});

it('kills a process that cannot begin, and is ready when all are', async () => {
  const { launched, keeper } = supervised();
  keeper.scale(2);
  let ready = false;
  const all = keeper.allReady().then(() => {
    ready = true;
  });
  launched[0]?.begun.reject(new Error('no'));
  launched[1]?.begun.resolve();
  await settle();
  expect([launched.length, ready]).toEqual([3, false]);
  launched[2]?.begun.resolve();
  await all;
  expect(keeper.ready.map(({ place }) => place)).toEqual([1, 2]);
});

it('keeps as many as it is told to, and none that it gave back', async () => {
  const { launched, lines, keeper } = supervised();
  keeper.scale(3);
  const surplus = keeper.scale(1);
  expect(surplus.map(({ place }) => place)).toEqual([2, 3]);
  for (const process of surplus) process.end('exit code 0');
  await settle();
  expect([launched.length, keeper.running.length]).toEqual([3, 1]);
  keeper.stop();
  launched[0]?.end('exit code 0');
  await settle();
  expect([launched.length, lines]).toEqual([3, []]);
});
