// One of the processes of `workers`, started by main.ts. What to do, and when to stop, comes from there.

import cluster from 'node:cluster';

// A terminal or a supervisor may send its signals to the whole group.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => {});
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

// Node would end a worker at once whose primary has gone, with all that is open.
if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;

const { work } = await import('./lib/workers/worker.ts');
const name = process.env['EVENKEEL_WORKER'] ?? '';
await work(name, process, (line) => process.stderr.write(`${line}\n`));
process.exit();
