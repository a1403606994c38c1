import { InvalidOptionsError } from '@evenkeel/core';
import type { RawHeaders } from '../exchange.ts';
import { cookieValues } from '../headers/cookies.ts';
import { fieldValues } from '../headers/raw-headers.ts';
import { checkToken } from './token-list.ts';

/** A part of a request that tells it from others. */
export type KeySource =
  | { readonly header: string }
  | { readonly cookie: string }
  /** A parameter of the query, as it was sent. */
  | { readonly query: string }
  /** The path without the query. */
  | { readonly path: true }
  | { readonly clientAddress: true };

/** What keys are taken from. */
export interface KeyedRequest {
  readonly headers: { readonly raw: RawHeaders };
  readonly path: string;
  readonly clientAddress: string | undefined;
}

/** Finds the key of a request; undefined when it has none. */
export type KeyOf<R extends KeyedRequest = KeyedRequest> = (request: R) => string | undefined;

const RULE = 'an object with one of header, cookie, query, path and clientAddress';

/**
 * Finds keys in one part of requests, or in the first of several that is there and not empty.
 *
 * @param addressKey what stands for an address @default the address
 * @throws InvalidOptionsError naming the field
 */
export function keyOf(
  field: string,
  sources: KeySource | readonly KeySource[],
  addressKey: (address: string) => string = (address) => address,
): KeyOf {
  if (!isList(sources)) return oneKey(field, sources, addressKey);
  if (sources.length === 0) throw new InvalidOptionsError(field, sources, 'at least one part of a request');
  const keys = sources.map((source, index) => oneKey(`${field}[${index}]`, source, addressKey));
  return (request) => {
    for (const key of keys) {
      const found = key(request);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function oneKey(field: string, source: KeySource, addressKey: (address: string) => string): KeyOf {
  const [entry, another] = typeof source === 'object' && source !== null ? Object.entries(source) : [];
  if (entry === undefined || another !== undefined) throw new InvalidOptionsError(field, source, RULE);
  const [kind, value] = entry;
  switch (kind) {
    case 'header': {
      const name = checkToken(`${field}.header`, value).toLowerCase();
      return ({ headers }) => fieldValues(headers.raw, name)[0] || undefined;
    }
    case 'cookie': {
      const name = checkToken(`${field}.cookie`, value);
      return ({ headers }) => cookieValues(headers.raw, name)[0] || undefined;
    }
    case 'query': {
      if (typeof value !== 'string' || !/^[^&=#\s]+$/.test(value)) {
        throw new InvalidOptionsError(`${field}.query`, value, 'the name of a parameter');
      }
      return ({ path }) => queryValue(path, value) || undefined;
    }
    case 'path':
      checkTrue(`${field}.path`, value);
      return ({ path }) => path.split('?', 1)[0];
    case 'clientAddress':
      checkTrue(`${field}.clientAddress`, value);
      return ({ clientAddress }) => (clientAddress === undefined ? undefined : addressKey(clientAddress));
    default:
      throw new InvalidOptionsError(field, source, RULE);
  }
}

/** The first value of a parameter, neither name nor value decoded. */
function queryValue(path: string, name: string): string | undefined {
  const start = path.indexOf('?');
  if (start === -1) return undefined;
  for (const pair of path.slice(start + 1).split('&')) {
    if (pair.startsWith(name) && pair[name.length] === '=') return pair.slice(name.length + 1);
  }
  return undefined;
}

function checkTrue(field: string, value: unknown): void {
  if (value !== true) throw new InvalidOptionsError(field, value, 'true');
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
