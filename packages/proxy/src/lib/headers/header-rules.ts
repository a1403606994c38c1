import { checkKeys, InvalidOptionsError } from '@evenkeel/core';
import type { HeaderFields } from './header-fields.ts';
import { isFieldName, isFieldValue } from './raw-headers.ts';
import { framesMessage } from './written-field.ts';

/** Changes to header fields: first what is removed, then what is set, then what is added. */
export interface HeaderRules {
  /** Names of fields that go. */
  readonly remove?: readonly string[];
  /** Fields that have just this value, whatever they had. */
  readonly set?: Readonly<Record<string, string>>;
  /** Values that come behind those there are. */
  readonly add?: Readonly<Record<string, string>>;
}

const KEYS = { remove: true, set: true, add: true } as const;

/**
 * Compiles rules.
 *
 * @throws InvalidOptionsError for names and values that no field can have, and fields that frame the message
 */
export function headerRules(rules: HeaderRules, field: string): (headers: HeaderFields) => void {
  checkKeys(field, rules, KEYS);
  const { remove = [], set = {}, add = {} } = rules;
  if (!Array.isArray(remove))
    throw new InvalidOptionsError(`${field}.remove`, remove, 'a list of field names');
  const removed = remove.map((name, index) => nameOf(name, `${field}.remove[${index}]`));
  const replaced = pairs(set, `${field}.set`);
  const added = pairs(add, `${field}.add`);
  return (headers) => {
    for (const name of removed) headers.delete(name);
    for (const [name, value] of replaced) headers.set(name, value);
    for (const [name, value] of added) headers.append(name, value);
  };
}

function pairs(values: Readonly<Record<string, string>>, field: string): [string, string][] {
  if (typeof values !== 'object' || values === null) {
    throw new InvalidOptionsError(field, values, 'an object of values by field name');
  }
  return Object.entries(values).map(([name, value]) => {
    if (typeof value !== 'string' || !isFieldValue(value) || value.trim() !== value) {
      throw new InvalidOptionsError(
        `${field}.${name}`,
        value,
        'a text without control characters or space around it',
      );
    }
    return [nameOf(name, `${field}.${name}`), value];
  });
}

function nameOf(name: string, field: string): string {
  if (!isFieldName(name)) throw new InvalidOptionsError(field, name, 'a field name');
  if (framesMessage(name)) {
    throw new InvalidOptionsError(field, name, 'a field that does not frame the message');
  }
  return name;
}
