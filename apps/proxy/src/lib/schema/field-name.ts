import type * as z from 'zod';
import { pattern } from './fields.ts';

/** The name of a header field; which ones an option may not have, the part that it belongs to says. */
export function fieldName(description: string): z.ZodString {
  return pattern(description, /^[!#$%&'*+\-.^_`|~\w]+$/, 'a name as HTTP has them');
}
