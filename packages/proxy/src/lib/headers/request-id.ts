import { randomUUID } from 'node:crypto';
import { checkKeys, InvalidOptionsError, type KnownKeys } from '@evenkeel/core';
import type { RawHeaders, ResponseWriter } from '../exchange.ts';
import { wrapResponse } from '../middleware/wrap-response.ts';
import { headerFields } from './header-fields.ts';
import { fieldValues } from './raw-headers.ts';
import { writtenField } from './written-field.ts';

/** How requests get an id that is the same in the logs of all they come through. */
export interface RequestIdOptions {
  /**
   * The field that it is sent upstream in, and taken from where a trusted proxy has sent it; none that frames or routes the
   * message or tells of hops. @default 'x-request-id'
   */
  readonly header?: string;
  /** Whether responses carry it to the client as well. @default false */
  readonly respond?: boolean;
}

/** Gives requests their ids. */
export interface RequestIds {
  /** The name of the field, in lower case. */
  readonly header: string;
  readonly respond: boolean;
  /** The id that a request came with, if that is valid and its peer trusted; else a random UUID (RFC 9562, version 4). */
  idOf(headers: RawHeaders, trusted: boolean): string;
}

const ID = /^[\w.:+/=@-]{1,128}$/;

/**
 * Makes what gives ids; undefined where there are to be none.
 *
 * @throws InvalidOptionsError naming the option
 */
export function requestIds(options: RequestIdOptions | boolean = false): RequestIds | undefined {
  if (options === false) return undefined;
  const { header = 'x-request-id', respond = false } = options === true ? {} : checked(options);
  if (typeof respond !== 'boolean') {
    throw new InvalidOptionsError('requestId.respond', respond, 'true or false');
  }
  const name = writtenField('requestId.header', header).toLowerCase();
  return {
    header: name,
    respond,
    idOf(headers, trusted) {
      const [id, another] = trusted ? fieldValues(headers, name) : [];
      return id !== undefined && another === undefined && ID.test(id) ? id : randomUUID();
    },
  };
}

/** Has every final response carry the id, in place of any that the upstream sends in that field. */
export function respondWithId(response: ResponseWriter, header: string, id: string): ResponseWriter {
  return wrapResponse(response, {
    start(status, reason, headers) {
      const fields = headerFields([...headers]);
      fields.set(header, id);
      response.start(status, reason, fields.raw);
    },
  });
}

function checked(options: RequestIdOptions): RequestIdOptions {
  checkKeys('requestId', options, KEYS, 'an object with options, true or false');
  return options;
}

const KEYS: KnownKeys<RequestIdOptions> = { header: true, respond: true };
