#!/usr/bin/env node
import { hangups } from './lib/hangups.ts';
import { stopSignals } from './lib/stop-signals.ts';

// Before the rest is even loaded: a supervisor may change its mind while this starts.
const { onStop } = stopSignals();
const { onHangup } = process.argv[2] === 'run' ? hangups() : { onHangup: () => {} };
const { cli } = await import('./lib/cli.ts');

// Whoever reads the output may go away, such as a log collector that restarts: no reason to stop serving.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await cli(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  onStop,
  onReopen: (callback) => void process.on('SIGUSR2', callback),
  onHangup,
});
process.exit();
