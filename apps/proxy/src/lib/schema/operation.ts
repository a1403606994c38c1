import { isIP } from 'node:net';
import * as z from 'zod';
import { FIELD_NAMES, fieldReader } from '../access-log/fields.ts';
import { unknownFields } from '../access-log/template.ts';
import { bindHost } from './address.ts';
import { choice, count, flag, list, ms, number, object, pattern, ratio, text } from './fields.ts';

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
        )
          .refine((bounds) => bounds.every((bound, index) => bound > (bounds[index - 1] ?? 0)), {
            error: 'ascending numbers, each once',
          })
          .exactOptional(),
      }),
    ],
    { error: 'false or an object' },
  )
  .describe('Metrics for Prometheus. Default on where there is an admin API.');

const field = pattern('A field, or requestHeader.x, responseHeader.x.', /^[^\s]+$/, 'a field').refine(
  (name) => fieldReader(name) !== undefined,
  { error: `one of ${FIELD_NAMES.join(', ')}, requestHeader.<name>, responseHeader.<name>` },
);

/** A line for each exchange. */
export const accessLog = object('A line for each exchange.', {
  to: z
    .union(
      [
        z.enum(['stdout', 'stderr']),
        object('A file; opened anew when it is renamed, and on SIGUSR2.', {
          path: text('The path; relative to the configuration.'),
        }),
      ],
      { error: '"stdout", "stderr" or an object with path' },
    )
    .describe('Where lines go.'),
  format: text('"json", or a template such as "%{remoteAddress} %{status}". Default json.')
    .refine((format) => unknownFields(format).length === 0, {
      error: `"json", or a template with %{field} of ${FIELD_NAMES.join(', ')}, requestHeader.<name>, responseHeader.<name>`,
    })
    .exactOptional(),
  fields: list('What a line of JSON has. Default all but headers and path.', 'fields', field).exactOptional(),
  samplingRatio: ratio(
    'The share of exchanges that is logged; those that failed or were retried always are. Default 1.',
  ).exactOptional(),
});

export type AccessLogConfig = z.output<typeof accessLog>;

/** Where traces go. */
export const tracing = object('Traces by OpenTelemetry.', {
  otlp: object('Sends spans by OTLP over HTTP, as JSON.', {
    url: pattern(
      'Where to, such as "http://127.0.0.1:4318/v1/traces".',
      /^https?:\/\/[^\s/]+\/\S*$/,
      'an http or https URL with its path, such as "http://127.0.0.1:4318/v1/traces"',
    ),
    headers: z
      .record(z.string(), text('A value.'), { error: 'an object of header values by name' })
      .describe('Fields of each export, such as authorization. Default none.')
      .exactOptional(),
    timeoutMs: ms('How long an export may take. Default 10000.', { min: 1 }).exactOptional(),
    delayMs: ms('How long spans are collected. Default 5000.', { min: 1 }).exactOptional(),
  }),
  samplingRatio: ratio(
    'The share of traces that begin here and are recorded; a client that brings one decides itself. Default 1.',
  ).exactOptional(),
  serviceName: text('service.name of the spans. Default the name of the proxy.').exactOptional(),
});

export type TracingConfig = z.output<typeof tracing>;

/** How what the program says goes to stderr. */
export const log = object('What the program itself says, on stderr.', {
  format: choice('Text, or lines of JSON. Default text.', ['text', 'json']).exactOptional(),
});

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
