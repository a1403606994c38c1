import { checkKeys, choiceOption, InvalidOptionsError, type KnownKeys } from '@evenkeel/core';
import { isForwardedNode } from './hop-node.ts';
import type { HopField } from './hop-trust.ts';

/** A field that tells upstreams of the hops so far. */
export type ForwardingField =
  | 'x-forwarded-for'
  | 'x-forwarded-proto'
  | 'x-forwarded-host'
  | 'x-forwarded-port'
  | 'x-real-ip'
  | 'forwarded';

/** What is made of earlier hops, and told of them. */
export interface ForwardingOptions {
  /**
   * Where trusted proxies name the hops before them. The other field may hold what they have never looked at: it is passed
   * on only where it says the same, and otherwise written anew. @default 'x-forwarded-for'
   */
  readonly from?: HopField;
  /** What upstreams are told. @default `x-forwarded-for`, `x-forwarded-proto` and `x-forwarded-host` */
  readonly fields?: readonly ForwardingField[];
  /** What this proxy calls itself in `Forwarded`: `_name`, or an address, IPv6 in brackets (RFC 7239 §6). @default nothing */
  readonly by?: string;
}

/** The options with their defaults, checked. */
export interface ForwardingSettings {
  readonly fields: ReadonlySet<ForwardingField>;
  readonly by: string | undefined;
}

/** All of them, in lower case. */
export const FORWARDING_FIELDS: readonly ForwardingField[] = [
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-real-ip',
  'forwarded',
];

/** @throws InvalidOptionsError naming the option */
export function forwardingSettings(options: ForwardingOptions = {}): ForwardingSettings {
  checkKeys('forwarded', options, KEYS);
  const { by, fields = FORWARDING_FIELDS.slice(0, 3) } = options;
  if (!Array.isArray(fields)) throw new InvalidOptionsError('forwarded.fields', fields, 'a list of fields');
  for (const [index, field] of fields.entries()) {
    choiceOption<ForwardingField>(`forwarded.fields[${index}]`, field, 'forwarded', FORWARDING_FIELDS);
  }
  if (by !== undefined && (typeof by !== 'string' || !isForwardedNode(by))) {
    throw new InvalidOptionsError('forwarded.by', by, 'a name such as "_edge", or an IP address');
  }
  return { fields: new Set(fields), by };
}

const KEYS: KnownKeys<ForwardingOptions> = { from: true, fields: true, by: true };
