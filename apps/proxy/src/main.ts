#!/usr/bin/env node
import { cli } from './lib/cli.ts';

process.exitCode = await cli(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  onStop(callback) {
    process.on('SIGTERM', callback);
    process.on('SIGINT', callback);
  },
});
process.exit();
