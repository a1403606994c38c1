// pnpm bench NAME [options]
import { churn } from './churn/benchmark.ts';
import { clientFaults } from './client-faults/benchmark.ts';
import { discovery } from './discovery/benchmark.ts';
import { faults } from './faults/benchmark.ts';
import { lab } from './lab/benchmark.ts';
import { runCli } from './lib/cli/run-cli.ts';
import { overhead } from './overhead/benchmark.ts';
import { picks } from './picks/benchmark.ts';
import { proxy } from './proxy/benchmark.ts';
import { simulation } from './simulation/benchmark.ts';
import { tail } from './tail/benchmark.ts';

process.exitCode = await runCli(
  process.argv.slice(2),
  [clientFaults, picks, churn, overhead, proxy, faults, tail, discovery, lab, simulation],
  {
    out: (text) => console.log(text),
    err: (text) => console.error(text),
  },
);
