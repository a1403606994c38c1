import { readdir, readFile } from 'node:fs/promises';

/**
 * CPU time, user and system, that processes and all they started have used so far, in µs. Linux alone counts it per process
 * in a way that others can read.
 *
 * @throws Error where there is no such `/proc`, or a process is gone
 */
export async function cpuMicros(pids: readonly number[]): Promise<number> {
  const times = (await withDescendants(pids)).map(async (pid) => {
    const threads = await readdir(`/proc/${pid}/task`);
    const ofThreads = threads.map((thread) => threadMicros(`/proc/${pid}/task/${thread}`));
    return sum(await Promise.all(ofThreads));
  });
  return sum(await Promise.all(times));
}

/** `/proc/…/stat` counts in ticks of 10 ms, which are too long for a short round. */
async function threadMicros(folder: string): Promise<number> {
  const [nanoseconds = ''] = (await readFile(`${folder}/schedstat`, 'latin1')).split(' ');
  return Number(nanoseconds) / 1_000;
}

async function withDescendants(pids: readonly number[]): Promise<readonly number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (/^\d+$/.test(name)) parents.set(Number(name), await parentOf(name));
  }
  const tree = new Set(pids);
  // Pids may wrap around, so that a child can come before its parent.
  for (let size = 0; size < tree.size; ) {
    size = tree.size;
    for (const [pid, parent] of parents) if (tree.has(parent)) tree.add(pid);
  }
  return [...tree];
}

/** 0 when the process has ended meanwhile. */
async function parentOf(pid: string): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The program's name, in brackets, may hold anything.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
