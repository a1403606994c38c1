/** Fields that say who somebody is: their values are in no log. */
const CREDENTIAL =
  /^(?:authorization|proxy-authorization|authentication-info|cookie|set-cookie)$|token|secret|password|api-?key|session/i;
/** Fields whose values say nothing of anybody in particular. */
const HARMLESS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'age',
  'cache-control',
  'cache-status',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'expires',
  'host',
  'last-modified',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'vary',
  'via',
]);
const REDACTED = '[redacted]';

/** The value of one field, all its lines joined; undefined when there is none. One that carries credentials is redacted. */
export function headerValue(headers: readonly string[], name: string): string | undefined {
  const values: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === name) values.push(headers[i + 1] ?? '');
  }
  if (values.length === 0) return undefined;
  return CREDENTIAL.test(name) ? REDACTED : values.join(', ');
}

/** All fields by name, in lower case; the values of all but harmless ones are redacted. */
export function allHeaders(headers: readonly string[]): Readonly<Record<string, string>> {
  const names = new Set<string>();
  for (let i = 0; i < headers.length; i += 2) names.add(headers[i]?.toLowerCase() ?? '');
  return Object.fromEntries(
    Array.from(names, (name) => [name, HARMLESS.has(name) ? (headerValue(headers, name) ?? '') : REDACTED]),
  );
}
