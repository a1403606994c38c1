import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { manualClock } from '@evenkeel/core/testing';
import { expect, it } from 'vitest';
import { LateContent } from '../errors/late-content.ts';
import { RequestBodyStream } from './request-body-stream.ts';

/** The content of a request that is still coming. */
function body(receiveTimeoutMs: number) {
  const clock = manualClock();
  const request = Object.assign(new PassThrough(), { complete: false });
  const policy = { clock, receiveTimeoutMs, sendTimeoutMs: 0, lingerMs: 0, draining: false };
  const stream = new RequestBodyStream(request as unknown as IncomingMessage, policy, () => {});
  return { clock, request, stream };
}

/** Lets streams pass on what they have. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

it('fails when nothing comes for too long while more is waited for', async () => {
  const { clock, request, stream } = body(100);
  stream.resume();
  request.write('a');
  await settle();
  clock.advance(99);
  request.write('b');
  await settle();
  clock.advance(99);
  expect(stream.destroyed).toBe(false);
  clock.advance(1);
  expect(stream.errored).toBeInstanceOf(LateContent);
  expect(clock.pendingTimers).toBe(0);
});

it('does not wait while the reader does not', async () => {
  const { clock, request, stream } = body(100);
  stream.read(0);
  for (let i = 0; i < 10; i++) request.write(Buffer.alloc(65_536));
  await settle();
  clock.advance(1_000);
  expect(stream.destroyed).toBe(false);
  stream.resume();
  await settle();
  clock.advance(100);
  expect(stream.errored).toBeInstanceOf(LateContent);
});

it('lets go of its timer at the end, and sets none without a limit', async () => {
  const { clock, request, stream } = body(100);
  stream.resume();
  request.end('a');
  await settle();
  expect(stream.readableEnded).toBe(true);
  expect(clock.pendingTimers).toBe(0);
  const endless = body(0);
  endless.stream.resume();
  await settle();
  expect(endless.clock.pendingTimers).toBe(0);
});
