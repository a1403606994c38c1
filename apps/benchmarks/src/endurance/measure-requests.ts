import { wrk } from '../lib/load/wrk.ts';
import { startSubject } from './subject.ts';

/** The heap of the proxy after so many requests, garbage collected. */
export interface HeapReading {
  readonly requests: number;
  readonly heapMb: number;
}

/** Sends requests and reads the heap about ten times, the first time after a tenth of them. */
export async function measureRequests(address: string, requests: number): Promise<readonly HeapReading[]> {
  await using subject = await startSubject(address);
  const readings: HeapReading[] = [];
  let sent = 0;
  let seconds = 1;
  while (sent < requests) {
    const result = await wrk({ url: `${subject.url}/`, connections: 64, seconds });
    if (result.failures > 0) throw new Error(`${result.failures} requests failed`);
    sent += result.requests;
    seconds = Math.max(1, Math.round(requests / 10 / result.requestsPerSecond));
    if (sent < requests / 10) continue;
    readings.push({ requests: sent, heapMb: (await subject.memory()).heapBytes / 1_000_000 });
  }
  return readings;
}
