import { type Fields, fieldValue, firstLine, listMembers, storableFields } from './fields.ts';
import { parseHttpDate } from './http-date.ts';

/** Fields that describe the stored body and so outlive an update: RFC 9111 3.2. */
const OF_THE_BODY: ReadonlySet<string> = new Set([
  'content-length',
  'content-encoding',
  'content-range',
  'content-type',
]);
/** What a 304 carries of the response it stands for: RFC 9110 15.4.5, and what caches need besides. */
const IN_NOT_MODIFIED: ReadonlySet<string> = new Set([
  'cache-control',
  'cdn-cache-control',
  'content-location',
  'date',
  'etag',
  'expires',
  'last-modified',
  'vary',
]);
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

/** The entity tag of a response, if it is one. */
export function entityTag(fields: Readonly<Fields>): string | undefined {
  const tag = firstLine(fields, 'etag')?.trim();
  return tag !== undefined && ENTITY_TAG.test(tag) ? tag : undefined;
}

/** The conditions that validate a stored response: RFC 9111 4.3.1. Undefined without a validator. */
export function validationFields(stored: Readonly<Fields>): Fields | undefined {
  const conditions: Fields = {};
  const tag = entityTag(stored);
  const modified = firstLine(stored, 'last-modified');
  if (tag !== undefined) conditions['if-none-match'] = tag;
  if (parseHttpDate(modified, 0) !== undefined && modified !== undefined)
    conditions['if-modified-since'] = modified;
  return Object.keys(conditions).length === 0 ? undefined : conditions;
}

/** Whether a 304 speaks of this stored response: RFC 9111 4.3.4. */
export function validates(update: Readonly<Fields>, stored: Readonly<Fields>): boolean {
  const said = entityTag(update);
  const known = entityTag(stored);
  if (said === undefined) return !Object.hasOwn(update, 'etag');
  if (known === undefined) return false;
  return said.startsWith('W/') ? opaque(said) === opaque(known) : said === known;
}

/** Whether a 200 to HEAD speaks of this stored response, by the validators and the length it has: RFC 9111 4.3.5. */
export function describes(
  head: Readonly<Fields>,
  { headers, body }: { readonly headers: Readonly<Fields>; readonly body: Buffer },
): boolean {
  const modified = firstLine(head, 'last-modified');
  const length = fieldValue(head, 'content-length');
  const said = [entityTag(head), modified, length].some((value) => value !== undefined);
  return (
    said &&
    validates(head, headers) &&
    (modified === undefined || modified === firstLine(headers, 'last-modified')) &&
    (length === undefined || length === `${body.length}`)
  );
}

/** The stored fields with those of a 304 or a HEAD in their place: RFC 9111 3.2. */
export function freshened(stored: Readonly<Fields>, update: Readonly<Fields>): Fields {
  const fields = storableFields(stored);
  for (const [name, value] of Object.entries(storableFields(update))) {
    if (!OF_THE_BODY.has(name)) fields[name] = value;
  }
  return fields;
}

/** Whether the conditions of a request are met by a stored 200, so that a 304 is the answer: RFC 9111 4.3.2. */
export function isNotModified(request: Readonly<Fields>, stored: Readonly<Fields>, now: number): boolean {
  const wanted = fieldValue(request, 'if-none-match');
  if (wanted !== undefined) {
    const tag = entityTag(stored);
    if (wanted.trim() === '*') return true;
    return tag !== undefined && listMembers(wanted).some((member) => opaque(member) === opaque(tag));
  }
  const since = parseHttpDate(firstLine(request, 'if-modified-since'), now);
  if (since === undefined) return false;
  const modified = parseHttpDate(firstLine(stored, 'last-modified') ?? firstLine(stored, 'date'), now);
  return modified !== undefined && modified <= since;
}

/** The fields of a 304 that stands for a stored response. */
export function notModifiedFields(fields: Readonly<Fields>): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([name]) => IN_NOT_MODIFIED.has(name) || name === 'age' || name === 'cache-status',
    ),
  );
}

function opaque(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}
