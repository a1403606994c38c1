import type { Answer } from '../../lib/load/open-loop.ts';
import { startChild } from '../../lib/processes/child.ts';
import { noneFailed, p99 } from '../judge.ts';
import type { Scenario } from '../scenario.ts';
import type { HalfOpenRequest } from './half-open-process.ts';

const HALF_OPEN = 1_000;
/** When they are opened, all at once, and by when all of them are open, in ms. */
const OPENED_MS = 1_000;
const OPEN_MS = 2_000;

const atMost = (answers: readonly Answer[], idleP99Ms: number, figure: string) => ({
  figure: `p99 to that of idle, ${figure}`,
  measured: p99(answers) / idleP99Ms,
  limit: 1.2,
  unit: 'times',
});

/**
 * Clients that begin a request and never end it. They are a process of their own, as opening them holds up whoever does
 * it.
 */
export const halfOpen: Scenario = {
  name: 'half-open',
  summary: '1,000 connections hold half a request',
  durationMs: 7_000,
  async act({ proxy, until, durationMs }) {
    await using clients = startChild<HalfOpenRequest, number>(
      new URL('./half-open-process.ts', import.meta.url),
    );
    await clients.ask({});
    await until(OPENED_MS);
    await clients.ask({ port: proxy.port, count: HALF_OPEN });
    await until(durationMs);
  },
  judge: ({ answers, idleP99Ms }) => [
    noneFailed(answers),
    atMost(
      answers.filter(({ atMs }) => atMs >= OPEN_MS),
      idleP99Ms,
      'while they are open',
    ),
    atMost(
      answers.filter(({ atMs }) => atMs >= OPENED_MS && atMs < OPEN_MS),
      idleP99Ms,
      'while they are opened',
    ),
  ],
};
