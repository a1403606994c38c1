import { describe, expect, it, vi } from 'vitest';
import { type Endpoint, toEndpoint } from '../endpoint.ts';
import { InvalidOptionsError } from '../errors.ts';
import type { HealthChecker } from '../health.ts';
import { seededRandom } from '../random.ts';
import { manualClock, settle } from '../testing/manual-clock.ts';
import type { HealthCheckOptions } from './health-check-options.ts';
import { type HealthMonitorOptions, healthMonitor } from './health-monitor.ts';

const A = toEndpoint('10.0.0.1:80');
const B = toEndpoint('10.0.0.2:80');

type Behaviour = 'pass' | 'fail' | 'hang' | 'throw';

/** A monitor whose checks do what `behave` says; checks and verdicts are kept with their times. */
function arrange(
  check: Partial<HealthCheckOptions> = {},
  rest: Partial<HealthMonitorOptions> = {},
  behave: (endpoint: Endpoint) => Behaviour = () => 'pass',
) {
  const clock = manualClock();
  const state = { behave };
  const checks: string[] = [];
  const changes: string[] = [];
  const signals: AbortSignal[] = [];
  const hung: ((passed: boolean) => void)[] = [];
  let running = 0;
  let mostRunning = 0;
  const checker: HealthChecker = {
    check(endpoint, { signal }) {
      checks.push(`${clock.now()} ${endpoint.host}:${endpoint.port}`);
      signals.push(signal);
      mostRunning = Math.max(mostRunning, ++running);
      const behaviour = state.behave(endpoint);
      if (behaviour === 'throw') throw new Error('thrown');
      return new Promise<void>((resolve, reject) => {
        const end = (passed: boolean): void => {
          running--;
          if (passed) resolve();
          else reject(new Error('down'));
        };
        if (behaviour === 'hang') hung.push(end);
        else end(behaviour === 'pass');
      });
    },
  };
  const monitor = healthMonitor({
    check: { checker, jitterRatio: 0, ...check },
    clock,
    random: () => 0,
    onChange: (endpoint, healthy, reason) =>
      changes.push(`${clock.now()} ${endpoint.host} ${healthy ? 'up' : 'down'}: ${reason}`),
    ...rest,
  });
  return { clock, checks, changes, signals, hung, state, monitor, most: () => mostRunning };
}

describe('the schedule', () => {
  it('checks at once, then an interval after each check', async () => {
    const { clock, checks, changes, monitor } = arrange();
    monitor.track(A);
    expect(monitor.status(A.id)).toBe('unknown');
    await clock.advanceAsync(12_000);
    expect(checks).toEqual(['0 10.0.0.1:80', '5000 10.0.0.1:80', '10000 10.0.0.1:80']);
    expect(changes).toEqual(['0 10.0.0.1 up: first check passed']);
    expect(monitor.status(A.id)).toBe('healthy');
  });

  it('is faster on the way down, while down, and on the way up', async () => {
    const { clock, checks, changes, state, monitor } = arrange();
    monitor.track(A);
    await clock.advanceAsync(4_000);
    state.behave = () => 'fail';
    await clock.advanceAsync(4_500);
    state.behave = () => 'pass';
    await clock.advanceAsync(7_000);
    expect(checks.map((line) => line.split(' ')[0])).toEqual([
      '0',
      '5000',
      '6000',
      '7000',
      '8000',
      '9000',
      '10000',
      '15000',
    ]);
    expect(changes).toEqual([
      '0 10.0.0.1 up: first check passed',
      '7000 10.0.0.1 down: 3 checks in a row failed: down',
      '10000 10.0.0.1 up: 2 checks in a row passed',
    ]);
  });

  it('never waits longer for an unhealthy endpoint than the interval, unless told so', async () => {
    const { clock, checks, monitor } = arrange({ intervalMs: 200 }, {}, () => 'fail');
    monitor.track(A);
    await clock.advanceAsync(500);
    expect(checks).toHaveLength(3);
  });

  it('varies each interval by the jitter, both ways', async () => {
    const random = vi.fn(() => 0);
    const { clock, checks, monitor } = arrange({ jitterRatio: 0.2 }, { random });
    monitor.track(A);
    await clock.advanceAsync(3_999);
    expect(checks).toHaveLength(1);
    random.mockReturnValue(0.999_999);
    await clock.advanceAsync(1);
    expect(checks).toHaveLength(2);
    await clock.advanceAsync(5_999);
    expect(checks).toHaveLength(2);
    await clock.advanceAsync(1);
    expect(checks).toHaveLength(3);
  });

  it('checks three endpoints within 3 ms, and spreads thousands over a second', async () => {
    const few = arrange({}, { random: seededRandom(1) });
    for (let port = 1; port <= 3; port++) few.monitor.track(toEndpoint(`10.0.0.1:${port}`));
    await few.clock.advanceAsync(3);
    expect(few.checks).toHaveLength(3);

    const many = arrange({ concurrency: 3_000 }, { random: seededRandom(1) }, () => 'hang');
    for (let port = 1; port <= 3_000; port++) many.monitor.track(toEndpoint(`10.0.0.1:${port}`));
    const counts: number[] = [];
    for (let tenth = 0; tenth < 10; tenth++) {
      many.clock.advance(100);
      await settle();
      counts.push(many.checks.length);
    }
    expect(counts.at(-1)).toBe(3_000);
    const perTenth = counts.map((count, index) => count - (counts[index - 1] ?? 0));
    expect(Math.max(...perTenth)).toBeLessThan(700);
    expect(Math.min(...perTenth)).toBeGreaterThan(150);
  });

  it('runs no more checks at once than allowed, and the rest in turn', async () => {
    const { clock, checks, hung, monitor, most } = arrange(
      { concurrency: 2, timeoutMs: 1e6 },
      {},
      () => 'hang',
    );
    for (let port = 1; port <= 5; port++) monitor.track(toEndpoint(`10.0.0.1:${port}`));
    await clock.advanceAsync(10);
    expect(checks).toHaveLength(2);
    for (let done = 0; done < 5; done++) {
      hung[done]?.(true);
      await settle();
    }
    expect(checks.map((line) => line.split(':')[1])).toEqual(['1', '2', '3', '4', '5']);
    expect(most()).toBe(2);
  });
});

describe('a check', () => {
  it.each([
    ['rejects', 'fail', 'down'],
    ['throws', 'throw', 'thrown'],
  ] as const)('that %s has failed', async (_, behaviour, message) => {
    const { clock, changes, monitor } = arrange({}, {}, () => behaviour);
    monitor.track(A);
    await clock.advanceAsync(0);
    expect(changes).toEqual([`0 10.0.0.1 down: first check failed: ${message}`]);
  });

  it('that ignores its signal has failed at the time limit; the schedule goes on, and its late word is ignored', async () => {
    const { clock, checks, changes, hung, signals, state, monitor } = arrange(
      { concurrency: 1 },
      {},
      () => 'hang',
    );
    monitor.track(A);
    await clock.advanceAsync(1_999);
    expect(changes).toEqual([]);
    await clock.advanceAsync(1);
    expect(signals[0]?.aborted).toBe(true);
    expect(changes).toEqual([
      '2000 10.0.0.1 down: first check failed: 10.0.0.1:80: health check timeout of 2000 ms passed',
    ]);
    hung[0]?.(true);
    state.behave = () => 'fail';
    await clock.advanceAsync(1_000);
    expect(checks.at(-1)).toBe('3000 10.0.0.1:80');
    expect(monitor.status(A.id)).toBe('unhealthy');
    hung[0]?.(false);
    await settle();
    expect(changes).toHaveLength(1);
  });

  it('that fails late is not reported as an unhandled rejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    try {
      const { clock, hung, monitor } = arrange({}, {}, () => 'hang');
      monitor.track(A);
      await clock.advanceAsync(2_000);
      hung[0]?.(false);
      await settle();
      await settle();
      expect(unhandled).not.toHaveBeenCalled();
    } finally {
      process.off('unhandledRejection', unhandled);
    }
  });

  it('that passes is told each time', async () => {
    const onPass = vi.fn();
    const { clock, state, monitor } = arrange({}, { onPass });
    monitor.track(A);
    await clock.advanceAsync(5_000);
    state.behave = () => 'fail';
    await clock.advanceAsync(6_000);
    expect(onPass.mock.calls).toEqual([[A], [A]]);
  });
});

describe('tracking', () => {
  it.each([
    ['healthy', true],
    [undefined, true],
    ['unhealthy', false],
  ] as const)('counts an unchecked endpoint as the option initial (%s) says', async (initial, usable) => {
    const { clock, state, monitor } = arrange(initial && { initial });
    monitor.track(A);
    expect(monitor.usable(A.id)).toBe(usable);
    expect(monitor.usable('nobody')).toBe(usable);
    state.behave = () => (usable ? 'fail' : 'pass');
    await clock.advanceAsync(0);
    expect(monitor.usable(A.id)).toBe(!usable);
  });

  it('keeps verdicts apart', async () => {
    const { clock, monitor } = arrange({}, {}, (endpoint) => (endpoint === A ? 'pass' : 'fail'));
    monitor.track(A);
    monitor.track(B);
    await clock.advanceAsync(0);
    expect([monitor.status(A.id), monitor.status(B.id)]).toEqual(['healthy', 'unhealthy']);
  });

  it('forgets an endpoint that is no longer tracked, aborts its check and frees its place', async () => {
    const { clock, checks, changes, signals, state, monitor } = arrange({ concurrency: 1 }, {}, () => 'hang');
    monitor.track(A);
    monitor.track(B);
    await clock.advanceAsync(0);
    expect(checks).toEqual(['0 10.0.0.1:80']);
    state.behave = () => 'pass';
    monitor.untrack(A.id);
    expect(signals[0]?.aborted).toBe(true);
    await settle();
    expect(checks).toHaveLength(2);
    expect(changes).toEqual(['0 10.0.0.2 up: first check passed']);
    await clock.advanceAsync(5_000);
    expect(checks.at(-1)).toBe('5000 10.0.0.2:80');
    expect(monitor.status(A.id)).toBe('unknown');
    expect(clock.pendingTimers).toBe(1);
  });

  it('uses the newest object of an endpoint, without a check out of turn', async () => {
    const onPass = vi.fn();
    const { clock, monitor } = arrange({}, { onPass });
    monitor.track(A);
    await clock.advanceAsync(0);
    const newer = { ...A, weight: 5 };
    monitor.track(newer);
    await clock.advanceAsync(4_999);
    expect(onPass).toHaveBeenCalledTimes(1);
    await clock.advanceAsync(1);
    expect(onPass.mock.calls[1]?.[0]).toBe(newer);
  });

  it('checks an endpoint at once at its new address, drops the old check, and keeps the verdict till then', async () => {
    const { clock, checks, changes, hung, signals, state, monitor } = arrange();
    monitor.track(A);
    await clock.advanceAsync(4_000);
    state.behave = () => 'hang';
    await clock.advanceAsync(1_000);
    monitor.track({ ...A, port: 81 });
    expect(signals[1]?.aborted).toBe(true);
    expect(monitor.status(A.id)).toBe('healthy');
    await clock.advanceAsync(0);
    expect(checks.at(-1)).toBe('5000 10.0.0.1:81');
    hung[0]?.(false);
    hung[1]?.(true);
    await clock.advanceAsync(4_999);
    expect(checks).toHaveLength(3);
    expect(changes).toHaveLength(1);
  });

  it('does not hold the failures of its old address against an endpoint', async () => {
    const { clock, state, monitor } = arrange();
    monitor.track(A);
    await clock.advanceAsync(0);
    state.behave = () => 'fail';
    await clock.advanceAsync(6_000);
    monitor.track({ ...A, port: 81 });
    await clock.advanceAsync(1_000);
    expect(monitor.status(A.id)).toBe('healthy');
    await clock.advanceAsync(1_000);
    expect(monitor.status(A.id)).toBe('unhealthy');
  });

  it('may be stopped by its own listener', async () => {
    const onPass = vi.fn();
    const subject: ReturnType<typeof arrange> = arrange(
      {},
      { onPass, onChange: (endpoint) => subject.monitor.untrack(endpoint.id) },
    );
    subject.monitor.track(A);
    await subject.clock.advanceAsync(20_000);
    expect(subject.checks).toHaveLength(1);
    expect(subject.clock.pendingTimers).toBe(0);
    expect(onPass).not.toHaveBeenCalled();
  });

  it('may be stopped by the check itself', async () => {
    const subject: ReturnType<typeof arrange> = arrange({}, {}, (endpoint) => {
      subject.monitor.untrack(endpoint.id);
      return 'pass';
    });
    subject.monitor.track(A);
    await subject.clock.advanceAsync(20_000);
    expect(subject.checks).toHaveLength(1);
    expect(subject.changes).toEqual([]);
    expect(subject.clock.pendingTimers).toBe(0);
  });

  it('goes on when a listener throws, and says so', async () => {
    const onError = vi.fn();
    const broken = new Error('listener');
    const { clock, checks, monitor } = arrange(
      {},
      {
        onError,
        onChange() {
          throw broken;
        },
      },
    );
    monitor.track(A);
    await clock.advanceAsync(5_000);
    expect(checks).toHaveLength(2);
    expect(onError.mock.calls).toEqual([[broken]]);
  });
});

describe('closing', () => {
  it('leaves no timer, aborts running checks and disposes of the checker once', async () => {
    const dispose = vi.fn(async () => {});
    const signals: AbortSignal[] = [];
    const checker: HealthChecker = {
      check: (_, { signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
      [Symbol.asyncDispose]: dispose,
    };
    const { clock, changes, monitor } = arrange({ checker });
    monitor.track(A);
    await clock.advanceAsync(0);
    monitor.track(B);
    await Promise.all([monitor.close(), monitor.close()]);
    expect(clock.pendingTimers).toBe(0);
    expect(signals[0]?.aborted).toBe(true);
    expect(dispose).toHaveBeenCalledTimes(1);
    monitor.track(A);
    await clock.advanceAsync(60_000);
    expect(clock.pendingTimers).toBe(0);
    expect(changes).toEqual([]);
  });

  it('resolves when the disposal fails, and says so', async () => {
    const onError = vi.fn();
    const checker: HealthChecker = {
      check: async () => {},
      [Symbol.asyncDispose]: () => Promise.reject(new Error('stuck')),
    };
    const { monitor } = arrange({ checker }, { onError });
    await monitor.close();
    expect(onError).toHaveBeenCalledWith(new Error('stuck'));
  });
});

describe('options', () => {
  it.each<[string, Partial<HealthCheckOptions>]>([
    ['checker', { checker: {} as HealthChecker }],
    ['intervalMs', { intervalMs: 0 }],
    ['timeoutMs', { timeoutMs: Number.NaN }],
    ['rise', { rise: 0 }],
    ['fall', { fall: 1.5 }],
    ['jitterRatio', { jitterRatio: 2 }],
    ['concurrency', { concurrency: 0 }],
    ['initial', { initial: 'unknown' as 'healthy' }],
  ])('rejects a wrong %s by name', (field, options) => {
    expect(() => arrange(options)).toThrow(InvalidOptionsError);
    expect(() => arrange(options)).toThrow(`healthCheck.${field}`);
  });
});
