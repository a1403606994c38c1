import { isIP } from 'node:net';
import * as z from 'zod';
import { bindHost } from './address.ts';
import { count, flag, list, number, object, pattern, text } from './fields.ts';

const TOKEN = 'at least 16 characters without spaces at the ends';

/** Where the admin API listens. */
export const admin = object('JSON API and metrics, on an address of their own.', {
  port: count('0 takes any free port.', { max: 65_535 }),
  host: bindHost('The address to bind. Default 127.0.0.1; another one needs a token.').exactOptional(),
  token: pattern(
    'What requests carry as Authorization: Bearer. Default none.',
    /^\S(?:.{14,}\S)$/,
    TOKEN,
  ).exactOptional(),
  hosts: list(
    'Names that clients may use for it, besides addresses and localhost. Default none.',
    'host names',
    text('A host name.'),
    { min: 0 },
  ).exactOptional(),
}).refine(({ host = '127.0.0.1', token }) => token !== undefined || isLoopback(host), {
  error: 'a token, as others reach this host',
  path: ['token'],
});

/** What is counted for Prometheus. */
export const metrics = z
  .union(
    [
      z.literal(false, { error: 'false' }),
      object('What is counted, for /metrics of the admin API.', {
        perEndpoint: flag('Whether each endpoint has series of its own. Default false.').exactOptional(),
        processMetrics: flag('CPU, memory, lag of the event loop. Default true.').exactOptional(),
        prefix: pattern(
          'Begins every name. Default evenkeel_.',
          /^[a-zA-Z_:][\w:]*$/,
          'a name such as "evenkeel_"',
        ).exactOptional(),
        buckets: list(
          'Upper bounds of durations in seconds, ascending. Default 14 from 0.001 to 30.',
          'numbers',
          number('Seconds.', { min: 0.000001 }),
        ).exactOptional(),
      }),
    ],
    { error: 'false or an object' },
  )
  .describe('Metrics for Prometheus. Default on where there is an admin API.');

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
