import { watch } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Clock, systemClock } from '../clock.ts';
import type { Snapshot } from '../discovery.ts';
import { isEvenkeelError } from '../errors.ts';
import { endpointFeed } from '../guard/endpoint-feed.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { type FileDiscoveryOptions, fileDiscovery } from './file.ts';

let folder = '';
const controllers: AbortController[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-file-'));
});
afterEach(async () => {
  for (const controller of controllers.splice(0)) controller.abort();
  await rm(folder, { recursive: true, force: true });
});

function open(options: Partial<FileDiscoveryOptions> = {}) {
  const controller = new AbortController();
  controllers.push(controller);
  const path = join(folder, 'endpoints.json');
  const snapshots = fileDiscovery({ path, ...options }).watch({ signal: controller.signal });
  const iterator = snapshots[Symbol.asyncIterator]();
  const next = async (): Promise<string[]> => {
    const { value } = (await iterator.next()) as { value: Snapshot };
    return value.endpoints.map(({ id }) => id);
  };
  return { path, next, iterator, controller };
}

const list = (...addresses: string[]): string => JSON.stringify(addresses);

test('a list, or an object with endpoints; entries as in a static discovery', async () => {
  const first = open();
  await writeFile(first.path, '["a:1", { "address": "b:1", "weight": 3, "id": "bee" }]');
  expect(await first.next()).toEqual(['a:1', 'bee']);
  const second = open();
  await writeFile(second.path, '{ "endpoints": [] }');
  expect(await second.next()).toEqual([]);
});

test('a change in place, one of the same length, and one by rename are seen', async () => {
  const { path, next } = open();
  await writeFile(path, list('a:1'));
  expect(await next()).toEqual(['a:1']);
  const changed = next();
  await writeFile(path, list('b:1'));
  expect(await changed).toEqual(['b:1']);
  const renamed = next();
  await writeFile(`${path}.new`, list('c:1', 'd:1'));
  await rename(`${path}.new`, path);
  expect(await renamed).toEqual(['c:1', 'd:1']);
});

test('a file that is missing for a moment is no error, one that stays missing is', async () => {
  const { path, next } = open();
  await writeFile(path, list('a:1'));
  await next();
  const changed = next();
  await rm(path);
  await writeFile(path, list('b:1'));
  expect(await changed).toEqual(['b:1']);
  const gone = next();
  await rm(path);
  await expect(gone).rejects.toThrow('ENOENT');
});

test('a mount of Kubernetes changes by a link beside the file', async () => {
  for (const [version, address] of [
    ['..v1', 'a:1'],
    ['..v2', 'b:1'],
  ] as const) {
    await mkdir(join(folder, version));
    await writeFile(join(folder, version, 'endpoints.json'), list(address));
  }
  await symlink('..v1', join(folder, '..data'));
  await symlink('..data/endpoints.json', join(folder, 'endpoints.json'));
  const { next } = open();
  expect(await next()).toEqual(['a:1']);
  const swapped = next();
  await symlink('..v2', join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  expect(await swapped).toEqual(['b:1']);
});

test('a change that the system does not tell of is found by the poll', async () => {
  await mkdir(join(folder, 'elsewhere'));
  const target = join(folder, 'elsewhere', 'real.json');
  await writeFile(target, list('a:1'));
  await symlink(target, join(folder, 'endpoints.json'));
  const { next } = open({ pollMs: 20 });
  expect(await next()).toEqual(['a:1']);
  const changed = next();
  await writeFile(target, list('b:1', 'c:1'));
  expect(await changed).toEqual(['b:1', 'c:1']);
});

test('a file written in two parts is read when both are there', async () => {
  const parse = (text: string): string[] => text.trim().split('\n');
  // The clock stands still between the parts, so no wait for the writer can end there.
  const manual = manualClock();
  const waits: number[] = [];
  const clock: Clock = {
    now: manual.now,
    setTimer(callback, ms) {
      waits.push(ms);
      return manual.setTimer(callback, ms);
    },
  };
  const { path, next } = open({ parse, clock });
  await writeFile(path, 'a:1\n');
  expect(await next()).toEqual(['a:1']);
  const changed = next();
  await writeFile(path, 'b:1\n');
  await until(() => waits.includes(50));
  await writeFile(path, 'b:1\nc:1\n');
  const running = drive(manual);
  expect(await changed).toEqual(['b:1', 'c:1']);
  running.stop();
});

test.each([
  ['no such file', undefined, /ENOENT/],
  ['an empty file', '', /the file is empty; an empty list is \[\]/],
  ['a half-written file', '["a:1", "b', /JSON/],
  ['text that is no list', '"a:1"', /endpoints: got "a:1", expected a list of endpoints/],
  ['null', 'null', /endpoints: got null/],
  ['an invalid entry', '["a:1", "b"]', /endpoints\[1\]: got "b"/],
  ['the same entry twice', '["a:1", "a:1"]', /endpoints\[1\]\.id: got "a:1"/],
])('%s is an error that names the file', async (_name, text, message) => {
  const { path, next } = open();
  if (text !== undefined) await writeFile(path, text);
  const error = await next().catch((thrown: unknown) => thrown);
  expect(isEvenkeelError(error, 'ERR_EVENKEEL_DISCOVERY')).toBe(true);
  expect((error as Error).message).toContain(path);
  expect((error as Error).message).toMatch(message);
});

test('a directory, and a file too large, are refused unread', async () => {
  const directory = open();
  await mkdir(directory.path);
  await expect(directory.next()).rejects.toThrow('it is no regular file');
  await rm(directory.path, { recursive: true });
  const large = open();
  await writeFile(large.path, Buffer.alloc(16 * 1024 * 1024 + 1, 32));
  await expect(large.next()).rejects.toThrow('16777217 bytes are more than 16777216');
});

test('parse lets other formats in', async () => {
  const parse = (text: string) => ({ endpoints: text.split(',').map((name) => `${name}:80`) });
  const { path, next } = open({ parse });
  await writeFile(path, 'a,b');
  expect(await next()).toEqual(['a:80', 'b:80']);
});

test('the last good endpoints stay in use while the file is broken', async () => {
  const path = join(folder, 'endpoints.json');
  await writeFile(path, list('a:1', 'b:1'));
  const seen: string[][] = [];
  const errors: unknown[] = [];
  const feed = endpointFeed({
    discovery: fileDiscovery({ path }),
    clock: systemClock,
    random: Math.random,
    isHealthy: () => undefined,
    onUpdate: ({ endpoints }) => seen.push(endpoints.map(({ id }) => id)),
    onState: () => {},
    onEvent: (event) => errors.push(event),
  });
  await until(() => seen.length === 1);
  await writeFile(path, '["a:1", ');
  await until(() => feed.state === 'stale');
  await writeFile(path, list('b:1', 'c:1'));
  await until(() => feed.state === 'live');
  await until(() => seen.length === 2);
  expect(seen).toEqual([
    ['a:1', 'b:1'],
    ['b:1', 'c:1'],
  ]);
  expect(errors.length).toBeGreaterThan(0);
  await feed.close();
});

test('an abort ends the watch quietly and leaves neither timer nor watcher', async () => {
  const other = watch(folder, { persistent: false });
  const close = vi.spyOn(Object.getPrototypeOf(other), 'close');
  let timers = 0;
  const clock: Clock = {
    now: systemClock.now,
    setTimer(callback, ms) {
      timers++;
      let open = true;
      const end = (): void => {
        if (open) timers--;
        open = false;
      };
      const timer = systemClock.setTimer(() => {
        end();
        callback();
      }, ms);
      return {
        [Symbol.dispose]() {
          end();
          timer[Symbol.dispose]();
        },
      };
    },
  };
  const { path, next, iterator, controller } = open({ clock });
  await writeFile(path, list('a:1'));
  await next();
  const pending = iterator.next();
  await until(() => timers === 1);
  controller.abort();
  expect(await pending).toEqual({ done: true, value: undefined });
  expect(timers).toBe(0);
  expect(close).toHaveBeenCalledTimes(1);
  close.mockRestore();
  other.close();
});

test('options are checked at construction', () => {
  expect(() => fileDiscovery({ path: '' })).toThrow('path: got ""');
  expect(() => fileDiscovery({ path: 'x', pollMs: 1 })).toThrow('pollMs: got 1');
});

/** Lets I/O go on until the condition holds; the test's own time limit ends it otherwise. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets manual time pass along with I/O. */
function drive(clock: ReturnType<typeof manualClock>): { stop(): void } {
  let running = true;
  const step = (): void => {
    clock.advance(10);
    if (running) setImmediate(step);
  };
  step();
  return {
    stop() {
      running = false;
    },
  };
}
