import { type RunningProgram, startProgram } from '@evenkeel/services';
import type { ProxyContender } from './contender.ts';
import { running } from './nginx.ts';

/** What HAProxy is run with besides its configuration. */
export interface HaproxyOptions {
  /** How long an endpoint may take to accept, and to answer, in ms. @default 5_000 and 60_000 */
  readonly tryMs?: number;
  /** Whether it can be told to read its configuration again. @default false */
  readonly reloads?: boolean;
}

/**
 * Starts HAProxy with one thread and connections that are kept alive and shared on both sides.
 *
 * @param proxies lines of its configuration behind the defaults, `PORT` for its port
 */
export function startHaproxy(
  proxies: string,
  { tryMs, reloads = false }: HaproxyOptions = {},
): Promise<RunningProgram> {
  return startProgram('haproxy', ({ port }) => ({
    config: `
global
  nbthread 1
defaults
  mode http
  timeout connect ${tryMs ?? 5_000}ms
  timeout client 60s
  timeout server ${tryMs ?? 60_000}ms
  http-reuse always
${proxies.replaceAll('PORT', String(port))}
`,
    args: (file) => [...(reloads ? ['-W'] : []), '-db', '-f', file],
  }));
}

/** HAProxy in front of one endpoint. */
export const haproxy: ProxyContender = {
  name: 'haproxy',
  async start(address) {
    return running(
      await startHaproxy(`
listen benchmark
  bind 127.0.0.1:PORT
  server only ${address}`),
    );
  },
};
