import { checkKeys, InvalidOptionsError, numberOption } from '@evenkeel/core';
import { headerFields } from '../headers/header-fields.ts';
import { headerRules } from '../headers/header-rules.ts';
import type { Middleware } from '../middleware/middleware.ts';

/** A fixed answer. */
export interface RespondOptions {
  /** From 200 to 599. @default 200 */
  readonly status?: number;
  readonly body?: string;
  /** @default text/plain; charset=utf-8 where there is a body */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const KEYS = { status: true, body: true, contentType: true, headers: true } as const;

/** @throws InvalidOptionsError naming the field */
export function respond(options: RespondOptions, field: string): Middleware {
  checkKeys(field, options, KEYS);
  const status = numberOption(`${field}.status`, options.status, 200, { min: 200, max: 599, integer: true });
  const { body, contentType = 'text/plain; charset=utf-8', headers = {} } = options;
  if (body !== undefined && typeof body !== 'string')
    throw new InvalidOptionsError(`${field}.body`, body, 'a string');
  if (body !== undefined && (status === 204 || status === 304)) {
    throw new InvalidOptionsError(
      `${field}.body`,
      body,
      `none, as an answer with status ${status} has no content`,
    );
  }
  const fields = headerFields([]);
  if (body !== undefined)
    headerRules({ set: { 'content-type': contentType } }, `${field}.contentType`)(fields);
  headerRules({ set: headers }, `${field}.headers`)(fields);
  return (request) => request.respond(status, fields.raw, body);
}
