import type { RawHeaders } from '../exchange.ts';
import { fieldNames } from './field-names.ts';
import { FORWARDING_FIELDS } from './forwarding-options.ts';
import { fieldValues, listElements } from './raw-headers.ts';

/** Fields that mean this connection only, whether or not `Connection` names them (RFC 9110 §7.6.1). */
const HOP_BY_HOP = fieldNames(
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
);

/**
 * Fields that frame or route the message, or that the proxy itself writes. A peer must not be able to remove them by
 * naming them in `Connection` (the class of CVE-2026-33805).
 */
const PROTECTED: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'date',
  'via',
  ...FORWARDING_FIELDS,
]);

/** Elements of `Connection` that are no names of fields; most often one is all there is. */
const NAMES_NOTHING = fieldNames('close', 'keep-alive', 'upgrade');

const NONE: ReadonlySet<string> = new Set();

/** Whether a field ends at this connection by its own nature. */
export function isHopByHop(field: string): boolean {
  return HOP_BY_HOP.has(field);
}

/** Returns the fields, in lower case, that `Connection` names and that must go with it. */
export function connectionFields(headers: RawHeaders): ReadonlySet<string> {
  const values = fieldValues(headers, 'connection');
  if (values.length === 0 || values.every((value) => NAMES_NOTHING.has(value))) return NONE;
  let named: Set<string> | undefined;
  for (const element of listElements(values)) {
    if (NAMES_NOTHING.has(element)) continue;
    if (PROTECTED.has(element)) continue;
    named ??= new Set();
    named.add(element);
  }
  return named ?? NONE;
}
