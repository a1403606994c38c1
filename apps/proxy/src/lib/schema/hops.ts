import * as z from 'zod';
import { fieldName } from './field-name.ts';
import { choice, flag, list, object, pattern } from './fields.ts';

/** What is told, and read, of earlier hops. */
export const forwarded = object('What is made of earlier hops, and told of them.', {
  from: choice('Where trusted proxies name the hops before them. Default x-forwarded-for.', [
    'x-forwarded-for',
    'forwarded',
  ]).exactOptional(),
  fields: list(
    'What upstreams are told. Default x-forwarded-for, x-forwarded-proto and x-forwarded-host.',
    'fields',
    choice('A field.', [
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-forwarded-host',
      'x-forwarded-port',
      'x-real-ip',
      'forwarded',
    ]),
    { min: 0 },
  ).exactOptional(),
  by: pattern(
    'What this proxy calls itself in Forwarded. Default nothing.',
    /^(?:_[\w.-]+|unknown|[\d.]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/,
    'a name such as "_edge", or an IP address, IPv6 in brackets',
  ).exactOptional(),
});

/** Ids of requests. */
export const requestId = z
  .union(
    [
      z.boolean(),
      object('An id for each request.', {
        header: fieldName('The field it goes upstream in. Default x-request-id.').exactOptional(),
        respond: flag('Whether responses carry it too. Default false.').exactOptional(),
      }),
    ],
    { error: 'true, false or an object' },
  )
  .describe('Gives each request an id; true is x-request-id. Default false.');
