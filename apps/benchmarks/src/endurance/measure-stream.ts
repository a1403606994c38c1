import { request } from 'undici';
import { startChild } from '../lib/processes/child.ts';
import { residentBytes } from './resident-bytes.ts';
import { startSubject } from './subject.ts';

/** What a long answer does to the memory of the proxy. */
export interface StreamMemory {
  readonly megabytes: number;
  readonly seconds: number;
  /** The most resident memory in the first tenth of the bytes, in MB. */
  readonly firstMb: number;
  /** The most in all the rest. */
  readonly restMb: number;
}

const MB = 1_000_000;

/** Streams an answer through the proxy and looks at its memory after each hundredth. */
export async function measureStream(megabytes: number): Promise<StreamMemory> {
  await using endpoint = startChild<object, { readonly port: number }>(
    new URL('./stream-process.ts', import.meta.url),
  );
  const { port } = await endpoint.ask({});
  await using subject = await startSubject(`127.0.0.1:${port}`);
  const total = megabytes * MB;
  const started = performance.now();
  const { body } = await request(`${subject.url}/${total}`);
  let received = 0;
  let next = 0;
  let first = 0;
  let rest = 0;
  for await (const chunk of body) {
    received += (chunk as Buffer).length;
    if (received < next) continue;
    next += total / 100;
    const bytes = await residentBytes(subject.pid);
    if (received <= total / 10) first = Math.max(first, bytes);
    else rest = Math.max(rest, bytes);
  }
  if (received !== total) throw new Error(`the stream ended after ${received} of ${total} bytes`);
  return {
    megabytes,
    seconds: (performance.now() - started) / 1_000,
    firstMb: first / MB,
    restMb: rest / MB,
  };
}
