import type { Dispatcher } from 'undici';

/** Header fields by lower-case name, as undici hands them out. */
export type Fields = Record<string, string | string[]>;

/** Fields that belong to one connection, whatever `Connection` says: RFC 9110 7.6.1, RFC 9111 3.1. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The value of a field, its lines combined as RFC 9110 5.3 says; undefined when it is absent. */
export function fieldValue(fields: Readonly<Fields>, name: string): string | undefined {
  if (!Object.hasOwn(fields, name)) return undefined;
  const value = fields[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The value of the first line of a field. */
export function firstLine(fields: Readonly<Fields>, name: string): string | undefined {
  if (!Object.hasOwn(fields, name)) return undefined;
  const value = fields[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The members of a list field, trimmed, without empty ones. */
export function listMembers(value: string | undefined): string[] {
  if (value === undefined) return [];
  return value
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
}

/** The fields of a response that may be stored: none that belongs to a connection or that is made anew at each use. */
export function storableFields(fields: Readonly<Fields>): Fields {
  const named = new Set(listMembers(fieldValue(fields, 'connection')).map((name) => name.toLowerCase()));
  const kept = emptyFields();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || name === 'age' || HOP_BY_HOP.has(name) || named.has(name)) continue;
    kept[name] = value;
  }
  return kept;
}

/** Fields without a prototype, so that a field named `__proto__` is one like any other. */
export function emptyFields(): Fields {
  return Object.create(null) as Fields;
}

/** The request headers in any form that undici takes, by lower-case name. */
export function requestFields(headers: Dispatcher.DispatchOptions['headers']): Fields {
  const fields = emptyFields();
  const add = (name: string, value: unknown): void => {
    const values = (Array.isArray(value) ? value : [value]).filter((line) => line != null).map(String);
    if (values.length === 0) return;
    const key = name.toLowerCase();
    const lines = [...[fields[key] ?? []].flat(), ...values];
    fields[key] = lines.length === 1 ? (lines[0] ?? '') : lines;
  };
  if (headers == null) return fields;
  if (Array.isArray(headers)) {
    for (let index = 0; index + 1 < headers.length; index += 2) {
      const name = String(headers[index]).toLowerCase();
      const value: unknown = headers[index + 1];
      if (typeof value === 'string' && fields[name] === undefined) fields[name] = value;
      else add(name, value);
    }
  } else if (Symbol.iterator in headers) {
    for (const [name, value] of headers as Iterable<[string, unknown]>) add(name, value);
  } else {
    for (const [name, value] of Object.entries(headers)) add(name, value);
  }
  return fields;
}
