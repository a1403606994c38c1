import { expect, it } from 'vitest';
import type { EndpointReply, EndpointRequest } from '../endpoints/endpoint-process.ts';
import { startChild } from './child.ts';

const MODULE = new URL('../endpoints/endpoint-process.ts', import.meta.url);

it('answers in order, and no more once it has ended', async () => {
  const child = startChild<EndpointRequest, EndpointReply>(MODULE);
  const replies = await Promise.all([
    child.ask({}),
    child.ask({ behaviour: { kind: 'hang' } }),
    child.ask({}),
  ]);
  expect(new Set(replies.map(({ port }) => port)).size).toBe(1);
  await child[Symbol.asyncDispose]();
  await child[Symbol.asyncDispose]();
  await expect(child.ask({})).rejects.toThrow('ended before it answered');
});
