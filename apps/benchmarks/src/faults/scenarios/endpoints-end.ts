import { noneFailed } from '../judge.ts';
import type { Scenario, Stage } from '../scenario.ts';

/** Nothing at all: what the others are compared with. */
export const idle: Scenario = {
  name: 'idle',
  summary: 'nothing goes wrong',
  durationMs: 5_000,
  act: async () => {},
  judge: ({ answers }) => [noneFailed(answers)],
};

/** One of three endpoints dies and stays dead. */
export const kill: Scenario = {
  name: 'kill',
  summary: 'kill -9 of one of three, for good',
  durationMs: 6_000,
  async act({ endpoints: [first], until }) {
    await until(1_500);
    await first.signal('SIGKILL');
  },
  judge: ({ answers }) => [noneFailed(answers)],
};

/** The same for requests that must not be sent twice. */
export const killUnderPosts: Scenario = {
  name: 'post',
  summary: 'kill -9 of one of three while all requests are POST',
  method: 'POST',
  durationMs: 6_000,
  act: kill.act,
  judge: ({ posted }) => [
    { figure: 'sent twice', measured: posted.length - new Set(posted).size, limit: 0, unit: 'requests' },
  ],
};

/** Each endpoint in turn is ended and started again. */
const rolling = (signal: 'SIGTERM' | 'SIGKILL'): Scenario => ({
  name: signal === 'SIGTERM' ? 'rolling-term' : 'rolling-kill',
  summary: `each of three restarted in turn by ${signal}`,
  durationMs: 9_000,
  async act({ endpoints, until }) {
    for (const [index, endpoint] of endpoints.entries()) {
      await until(1_000 + index * 2_500);
      await endpoint.signal(signal);
      await until(1_500 + index * 2_500);
      await endpoint.start();
    }
  },
  judge: ({ answers }) => [noneFailed(answers)],
});

export const rollingTerm: Scenario = rolling('SIGTERM');
export const rollingKill: Scenario = rolling('SIGKILL');

/** One endpoint comes and goes. */
export const flapping: Scenario = {
  name: 'flapping',
  summary: 'one of three killed and started again, twice a second',
  durationMs: 8_000,
  async act({ endpoints: [first], until, durationMs }: Stage) {
    for (let at = 1_000; at + 500 < durationMs - 500; at += 500) {
      await until(at);
      await first.signal('SIGKILL');
      await until(at + 250);
      await first.start();
    }
  },
  judge: ({ answers }) => [noneFailed(answers)],
};
