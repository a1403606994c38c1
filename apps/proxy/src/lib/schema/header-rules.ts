import * as z from 'zod';
import { list, object, pattern } from './fields.ts';

const name = pattern('A field name.', /^[!#$%&'*+.^`|~\w-]+$/, 'a field name');
const value = pattern(
  'A value.',
  /^(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?$/,
  'a text without control characters or space around it',
);

/** Header fields with a value each. */
export function fieldValues(description: string) {
  return z.record(name, value, { error: 'an object of values by field name' }).describe(description);
}

/** Changes to header fields. */
export function headerRules(description: string) {
  return object(description, {
    remove: list('Fields that go.', 'field names', name).exactOptional(),
    set: fieldValues('Fields that have just this value.').exactOptional(),
    add: fieldValues('Values that come behind those there are.').exactOptional(),
  });
}
