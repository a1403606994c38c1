import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { locateProgram } from '@evenkeel/services';

/** Load from wrk: connections that each send the next request as soon as they have the answer. */
export interface WrkOptions {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
}

/** What wrk counted. */
export interface WrkResult {
  readonly requests: number;
  /** Latencies that the percentiles are of: as many as requests, less those of 2 s and more, which wrk counts as failures. */
  readonly latencies: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  /** The p99 that wrk itself prints: with the requests that it supposes to have been held back by each slow one. */
  readonly correctedP99Ms: number;
  /** Answers of 400 and above, and requests that got none. */
  readonly failures: number;
}

const REPORT = fileURLToPath(new URL('./wrk-report.lua', import.meta.url));

/**
 * Runs wrk with one thread.
 *
 * @throws Error when wrk cannot be had, or cannot connect
 */
export async function wrk({ url, connections, seconds }: WrkOptions): Promise<WrkResult> {
  const { file, env } = await locateProgram('wrk');
  const args = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '-s', REPORT, url];
  const { stdout } = await promisify(execFile)(file, args, {
    env: { ...process.env, ...env, CONNECTIONS: String(connections) },
  });
  const report = stdout.split('\n').find((line) => line.startsWith('{'));
  if (report === undefined) throw new Error(`wrk told no result: ${stdout}`);
  return JSON.parse(report) as WrkResult;
}
