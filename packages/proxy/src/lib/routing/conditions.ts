import { InvalidOptionsError } from '@evenkeel/core';
import type { Exchange } from '../exchange.ts';
import { cookieValues } from '../headers/cookies.ts';
import { fieldValues } from '../headers/raw-headers.ts';
import type { RouteMatch, ValueMatch } from './route-options.ts';
import { valueTest } from './value-test.ts';

/**
 * Whether a request, of which host and path are right, is one of the route's.
 *
 * @param query what follows the "?" of the target
 */
export type Condition = (exchange: Exchange, query: string) => boolean;

/**
 * Compiles what a route asks of a request beside host and path; undefined when that is nothing. All of it must hold.
 *
 * @throws InvalidOptionsError naming the field
 */
export function conditionOf(match: RouteMatch, field: string): Condition | undefined {
  const conditions: Condition[] = [];
  const { methods, headers, query, cookies } = match;
  if (methods !== undefined) conditions.push(methodCondition(methods, `${field}.methods`));
  for (const [name, expected] of entries(headers, `${field}.headers`)) {
    const test = valueTest(expected, `${field}.headers.${name}`);
    const lower = name.toLowerCase();
    conditions.push(({ rawHeaders }) => test(fieldValues(rawHeaders, lower)));
  }
  for (const [name, expected] of entries(cookies, `${field}.cookies`)) {
    const test = valueTest(expected, `${field}.cookies.${name}`);
    conditions.push(({ rawHeaders }) => test(cookieValues(rawHeaders, name)));
  }
  for (const [name, expected] of entries(query, `${field}.query`)) {
    const test = valueTest(expected, `${field}.query.${name}`);
    conditions.push((_exchange, text) => test(new URLSearchParams(text).getAll(name)));
  }
  if (conditions.length === 0) return undefined;
  return (exchange, text) => conditions.every((condition) => condition(exchange, text));
}

function methodCondition(methods: readonly string[], field: string): Condition {
  const valid = Array.isArray(methods) && methods.length > 0 && methods.every((one) => /^[A-Z-]+$/.test(one));
  if (!valid)
    throw new InvalidOptionsError(field, methods, 'a list of methods in capital letters, at least 1');
  const allowed = new Set(methods);
  return ({ method }) => allowed.has(method);
}

function entries(
  matches: Readonly<Record<string, ValueMatch>> | undefined,
  field: string,
): [string, ValueMatch][] {
  if (matches === undefined) return [];
  if (typeof matches !== 'object' || matches === null) {
    throw new InvalidOptionsError(field, matches, 'an object of expected values by name');
  }
  return Object.entries(matches);
}
