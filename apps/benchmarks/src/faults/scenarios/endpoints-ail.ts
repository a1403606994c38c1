import { ascending, quantile } from '../../lib/report/statistics.ts';
import { hasFailed, noneFailed } from '../judge.ts';
import type { Scenario } from '../scenario.ts';

const FROZEN_FROM_MS = 1_500;
const FROZEN_FOR_MS = 4_000;
/** From this on an attempt has waited for its time limit. */
const TIMED_OUT_MS = 200;

/** One endpoint takes connections and answers nothing. */
export const frozen: Scenario = {
  name: 'frozen',
  summary: 'SIGSTOP of one of three for 4 s',
  durationMs: 8_000,
  async act({ endpoints: [first], until }) {
    await until(FROZEN_FROM_MS);
    await first.signal('SIGSTOP');
    await until(FROZEN_FROM_MS + FROZEN_FOR_MS);
    await first.signal('SIGCONT');
  },
  judge({ answers }) {
    const during = answers.filter(
      ({ atMs }) => atMs >= FROZEN_FROM_MS && atMs < FROZEN_FROM_MS + FROZEN_FOR_MS,
    );
    // What had to wait for a time limit comes in the order in which it ended.
    const late = during.filter(({ latencyMs }) => latencyMs >= TIMED_OUT_MS);
    const ends = ascending(late.map(({ atMs, latencyMs }) => atMs + latencyMs));
    const third = ends[2] ?? FROZEN_FROM_MS;
    const after = during.filter(({ atMs }) => atMs > third);
    const p99 = quantile(ascending(after.map(({ latencyMs }) => latencyMs)), 0.99);
    return [
      noneFailed(answers),
      { figure: 'p99 after the third time limit', measured: p99, limit: 100, unit: 'ms' },
    ];
  },
};

/** One endpoint answers 500 to everything. */
export const broken: Scenario = {
  name: 'broken',
  summary: 'one of three answers 500',
  durationMs: 6_000,
  async act({ endpoints: [first], until }) {
    await until(1_500);
    await first.answerWith(500);
  },
  judge: ({ answers }) => [
    { figure: 'answers of 500', measured: answers.filter(hasFailed).length, limit: 10, unit: 'requests' },
  ],
};
