import { isEvenkeelError, requiredNumber } from '@evenkeel/core';
import type { EndpointCommand, PurgeCommand } from './admin-target.ts';
import { Refusal } from './answer.ts';

type Body = Readonly<Record<string, unknown>>;

const MAX_WEIGHT = 65_535;
/** A year. */
const MAX_EJECTION_MS = 31_536_000_000;

/** @throws Refusal naming the field, what it got and what is allowed */
export function endpointCommand(body: Body, cluster: string, endpoint: string): EndpointCommand {
  checkFields(body, ['drained', 'weight', 'ejectForMs']);
  const { drained, weight, ejectForMs } = body;
  if (drained !== undefined && typeof drained !== 'boolean') throw wrong('drained', drained, 'true or false');
  return {
    type: 'endpoint',
    cluster,
    endpoint,
    ...(drained !== undefined && { drained }),
    ...(weight !== undefined && { weight: weight === null ? null : number('weight', weight, MAX_WEIGHT) }),
    ...(ejectForMs !== undefined && { ejectForMs: number('ejectForMs', ejectForMs, MAX_EJECTION_MS) }),
  };
}

/** @throws Refusal naming the field, what it got and what is allowed */
export function purgeCommand(body: Body): PurgeCommand {
  const fields = ['url', 'prefix', 'tag', 'all'] as const;
  checkFields(body, fields);
  if (Object.keys(body).length !== 1)
    throw new Refusal(400, 'bad-request', `exactly one of ${fields.join(', ')}`);
  const { url, prefix, tag, all } = body;
  if (all !== undefined) {
    if (all !== true) throw wrong('all', all, 'true');
    return { type: 'purge', all };
  }
  if (url !== undefined) return { type: 'purge', url: text('url', url) };
  if (prefix !== undefined) return { type: 'purge', prefix: text('prefix', prefix) };
  return { type: 'purge', tag: text('tag', tag) };
}

function checkFields(body: Body, known: readonly string[]): void {
  const keys = Object.keys(body);
  const unknown = keys.find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new Refusal(
      400,
      'bad-request',
      `unknown field ${JSON.stringify(unknown)}, expected ${known.join(', ')}`,
    );
  }
  if (keys.length === 0) throw new Refusal(400, 'bad-request', `at least one of ${known.join(', ')}`);
}

function number(field: string, value: unknown, max: number): number {
  try {
    return requiredNumber(field, value as number, { max });
  } catch (error) {
    if (!isEvenkeelError(error)) throw error;
    throw new Refusal(400, 'bad-request', error.message);
  }
}

function text(field: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw wrong(field, value, 'a string that is not empty');
}

function wrong(field: string, value: unknown, expected: string): Refusal {
  return new Refusal(400, 'bad-request', `${field}: got ${JSON.stringify(value)}, expected ${expected}`);
}
