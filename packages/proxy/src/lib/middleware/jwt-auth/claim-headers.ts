import { InvalidOptionsError } from '@evenkeel/core';
import type { HeaderFields } from '../../headers/header-fields.ts';
import { isFieldValue } from '../../headers/raw-headers.ts';
import { writtenField } from '../../headers/written-field.ts';

/** Request fields that tell the upstream of claims: the name of a claim by the name of its field. */
export type ClaimHeaders = Readonly<Record<string, string>>;

/** Removes what clients say of claims, and says what a token says. */
export interface ClaimWriter {
  strip(headers: HeaderFields): void;
  write(headers: HeaderFields, payload: Readonly<Record<string, unknown>>): void;
}

/** @throws InvalidOptionsError for what is no name of a field or claim */
export function claimWriter(claims: ClaimHeaders): ClaimWriter {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw new InvalidOptionsError('claimHeaders', claims, 'an object of claims by field name');
  }
  const entries = Object.entries(claims).map(([name, claim]) => {
    writtenField(`claimHeaders.${name}`, name);
    if (typeof claim !== 'string' || claim === '') {
      throw new InvalidOptionsError(`claimHeaders.${name}`, claim, 'the name of a claim');
    }
    return [name, claim] as const;
  });
  return {
    strip(headers) {
      for (const [name] of entries) headers.delete(name);
    },
    write(headers, payload) {
      for (const [name, claim] of entries) {
        const value = textOf(Object.hasOwn(payload, claim) ? payload[claim] : undefined);
        if (value !== undefined) headers.set(name, value);
      }
    },
  };
}

/** Texts, numbers, truth values and lists of them, in UTF-8; undefined for what a field cannot hold. */
function textOf(claim: unknown): string | undefined {
  const parts: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  if (!parts.every((part) => ['string', 'number', 'boolean'].includes(typeof part))) return undefined;
  const text = Buffer.from(parts.join(','), 'utf8').toString('latin1');
  return text !== '' && isFieldValue(text) ? text.trim() : undefined;
}
