import { seededRandom } from '@evenkeel/core';
import { manualClock, settle } from '@evenkeel/core/testing';
import fc from 'fast-check';
import type { Dispatcher } from 'undici';
import { expect, test } from 'vitest';
import { Engine } from './engine.ts';
import { fakeCluster } from './testing/fake-cluster.ts';
import { FakeWire } from './testing/fake-wire.ts';

/** Where a caller misbehaves: it throws, or aborts, in the nth call of its handler, counted from 0. */
interface Caller {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly upgrade: boolean;
  readonly at: number;
  readonly deed: 'throws' | 'aborts' | 'nothing';
}

type Step =
  | { readonly do: 'dispatch'; readonly caller: Caller }
  | { readonly do: 'connect' | 'data' | 'end' | 'upgrade' | 'closeTunnel' | 'abort'; readonly which: number }
  | { readonly do: 'answer'; readonly which: number; readonly status: number; readonly retryAfter: boolean }
  | { readonly do: 'fail'; readonly which: number; readonly code: string }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'pickFails'; readonly fails: boolean };

const which = fc.nat(30);
const caller = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT'),
  upgrade: fc.nat(5).map((roll) => roll === 0),
  at: fc.nat(4),
  deed: fc.constantFrom('nothing', 'nothing', 'nothing', 'nothing', 'throws', 'aborts'),
}) as fc.Arbitrary<Caller>;
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('dispatch' as const), caller }) },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'connect' as const,
          'connect',
          'connect',
          'connect',
          'data',
          'end',
          'upgrade',
          'closeTunnel',
          'abort',
        ),
        which,
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('answer' as const),
        which,
        status: fc.constantFrom(103, 200, 200, 404, 500, 503),
        retryAfter: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('fail' as const),
        which,
        code: fc.constantFrom(
          'ECONNREFUSED',
          'UND_ERR_SOCKET',
          'UND_ERR_INVALID_ARG',
          'UND_ERR_HEADERS_TIMEOUT',
        ),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(5, 21, 21, 60, 120) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('pickFails' as const), fails: fc.boolean() }) },
  ),
  { minLength: 5, maxLength: 60 },
);

test('whatever happens, each pick is done exactly once, each caller is told the end exactly once, and nothing is left', async () => {
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      async (script, hedged, limited, hurried) => {
        const clock = manualClock();
        const orders = fakeCluster(['10.0.0.1:1', '10.0.0.2:1', '10.0.0.3:1']);
        const engine = new Engine({
          clusters: { orders: { cluster: orders, maxRequests: limited ? 3 : Number.POSITIVE_INFINITY } },
          clock,
          random: seededRandom(1),
          hedge: hedged && { delayMs: 20, maxHedges: 2 },
          perTryTimeoutMs: hurried ? 50 : 0,
          overallTimeoutMs: 300,
        });
        await settle();
        const wires: FakeWire[] = [];
        const controllers: Dispatcher.DispatchController[] = [];
        const ends: number[] = [];
        const transport = (
          options: Dispatcher.DispatchOptions,
          handler: Dispatcher.DispatchHandler,
        ): boolean => {
          wires.push(new FakeWire(options, handler));
          return true;
        };
        for (const step of script) {
          const open = wires.filter(isOpen);
          const wire = 'which' in step ? open[step.which % Math.max(1, open.length)] : undefined;
          switch (step.do) {
            case 'dispatch':
              dispatch(engine, transport, step.caller, controllers, ends);
              break;
            case 'answer':
              wire?.answer(step.status, step.retryAfter ? { 'retry-after': '1' } : {});
              break;
            case 'fail':
              wire?.fail(Object.assign(new Error(step.code), { code: step.code }));
              break;
            case 'advance':
              clock.advance(step.ms);
              break;
            case 'pickFails':
              orders.failWith = step.fails ? new Error('nobody') : undefined;
              break;
            case 'closeTunnel':
              wire?.socket.destroy();
              break;
            case 'abort':
              controllers[step.which % Math.max(1, controllers.length)]?.abort(new Error('enough'));
              break;
            default:
              wire?.[step.do]();
          }
          if (!hedged) {
            const tunnels = wires.filter(({ stage }) => stage === 'tunnel').length;
            expect(orders.inFlight()).toBeLessThanOrEqual(engine.open.size + tunnels);
          }
        }
        for (const controller of controllers) controller.abort(new Error('the end'));
        for (const wire of wires) {
          wire.socket.destroy();
          wire.connect();
        }
        await settle();

        expect(orders.picks.map((pick) => pick.outcomes.length)).toEqual(orders.picks.map(() => 1));
        expect(orders.picks.every((pick) => pick.responseStarts <= 1)).toBe(true);
        expect(ends).toEqual(ends.map(() => 1));
        // An attempt that was given up sent nothing, and an unwanted response is read off for a second at most.
        expect(wires.filter(({ stage }) => stage !== 'closed' && stage !== 'body')).toEqual([]);
        expect([engine.open.size, clock.pendingTimers]).toEqual([0, wires.filter(isOpen).length]);
        clock.advance(1_000);
        expect([clock.pendingTimers, wires.filter(isOpen)]).toEqual([0, []]);
      },
    ),
    { numRuns: 1_500 },
  );
});

function isOpen({ stage }: FakeWire): boolean {
  return stage !== 'closed';
}

function dispatch(
  engine: Engine,
  transport: Dispatcher['dispatch'],
  { method, upgrade, at, deed }: Caller,
  controllers: Dispatcher.DispatchController[],
  ends: number[],
): void {
  const index = ends.push(0) - 1;
  let calls = 0;
  let last = false;
  const called = (controller: Dispatcher.DispatchController): void => {
    if (last) ends[index] = Number.NaN;
    if (calls++ !== at) return;
    if (deed === 'throws') throw new Error('handler broke');
    if (deed === 'aborts') controller.abort(new Error('aborted in a handler'));
  };
  const end = (): void => {
    ends[index] = (ends[index] ?? 0) + 1;
    last = true;
  };
  engine.dispatch(
    transport,
    {
      origin: 'http://orders',
      path: '/',
      method,
      body: method === 'GET' ? null : 'x',
      ...(upgrade && method === 'GET' ? { upgrade: 'chat' } : undefined),
    },
    {
      onRequestStart(controller) {
        controllers.push(controller);
        called(controller);
      },
      onResponseStart: called,
      onResponseData: called,
      onResponseEnd: end,
      onResponseError: end,
      onRequestUpgrade(controller) {
        called(controller);
        if (!last) end();
      },
    },
  );
}
