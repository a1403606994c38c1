import type { HeaderFields } from './header-fields.ts';
import { listElements } from './raw-headers.ts';

/** Says that an answer depends on a field of the request, unless it says so already (RFC 9110 §12.5.5). */
export function addVary(headers: HeaderFields, field: string): void {
  const values = headers.getAll('vary');
  const named = listElements(values);
  if (named.includes('*') || named.includes(field.toLowerCase())) return;
  headers.set('vary', [...values, field].filter((value) => value.trim() !== '').join(', '));
}
