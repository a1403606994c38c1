import { appendFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import type { Answer } from '../../lib/load/open-loop.ts';
import { noneFailed, p99 } from '../judge.ts';
import type { Scenario } from '../scenario.ts';

/** The proxy reads its configuration again and again. */
export const reload: Scenario = {
  name: 'reload',
  summary: 'the configuration is changed and read again every second',
  durationMs: 60_000,
  async act({ contender, proxy, until, durationMs }) {
    for (let at = 1_000; at < durationMs; at += 1_000) {
      await until(at);
      await appendFile(proxy.file, `# change at ${at}\n`);
      proxy.signal(contender.reload);
    }
  },
  judge: ({ answers }) => [noneFailed(answers)],
};

/** The proxy is told to end while requests come in. */
export const drain: Scenario = {
  name: 'drain',
  summary: 'the proxy is told to end in the middle of the load',
  durationMs: 3_000,
  async act({ contender, proxy, until }) {
    await until(1_500);
    proxy.signal(contender.drain);
  },
  // Who cannot connect any more was not accepted.
  judge: ({ answers }) => [noneFailed(answers.filter(({ error }) => error !== 'ECONNREFUSED'))],
};

const HALF_OPEN = 1_000;
/** By then all of them are open, in ms. */
const OPEN_AFTER_MS = 1_000;

const isBeside = ({ atMs }: Answer): boolean => atMs >= OPEN_AFTER_MS;

/** Clients that begin a request and never end it. */
export const halfOpen: Scenario = {
  name: 'half-open',
  summary: '1,000 connections hold half a request',
  durationMs: 6_000,
  async act({ proxy, until, durationMs }) {
    const sockets: Socket[] = [];
    for (let index = 0; index < HALF_OPEN; index++) {
      const socket = connect(proxy.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write('GET / HTTP/1.1\r\nHost: h\r\nX-Half');
      sockets.push(socket);
    }
    await until(durationMs);
    for (const socket of sockets) socket.destroy();
  },
  judge: ({ answers, idleP99Ms }) => [
    noneFailed(answers),
    {
      figure: 'p99 to that of idle, while they are open',
      measured: p99(answers.filter(isBeside)) / idleP99Ms,
      limit: 1.2,
      unit: 'times',
    },
    {
      figure: 'p99 to that of idle, while they are opened',
      measured: p99(answers.filter((one) => !isBeside(one))) / idleP99Ms,
      limit: 1.2,
      unit: 'times',
    },
  ],
};
