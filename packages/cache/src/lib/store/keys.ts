import { hash } from 'node:crypto';
import { emptyFields, type Fields, fieldValue } from '../http/fields.ts';
import type { CacheKey } from '../undici-types.ts';
import { Lru } from './lru.ts';

/** The keys of one resource. Everything from outside is hashed as JSON, so no two resources share a key. */
export interface ResourceKeys {
  /** Which sets of request fields select its variants. */
  readonly index: string;
  /** Held by the instance that fetches it. */
  readonly lock: string;
  /** The generations of all that contains it: the whole cache, the prefixes of its path, its URL. */
  readonly generations: readonly string[];
}

/** Fields that change what many origins answer and that no Vary names; part of the key when a request has them. */
export const DEFAULT_KEY_FIELDS: readonly string[] = [
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-scheme',
  'x-forwarded-prefix',
  'x-forwarded-server',
  'x-host',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
];

/** Fields that hold the name of a host, which has no case. */
const HOST_FIELDS: ReadonlySet<string> = new Set(['x-forwarded-host', 'x-forwarded-server', 'x-host']);

/** Makes the keys of one cache. */
export class KeySpace {
  private readonly prefix: string;
  private readonly prefixDepth: number;
  private readonly keyFields: readonly string[];
  private readonly origins = new Lru<string>(1_000);

  constructor(prefix: string, prefixDepth: number, keyFields: readonly string[]) {
    this.prefix = prefix;
    this.prefixDepth = prefixDepth;
    this.keyFields = keyFields;
  }

  /** The generation of everything. */
  get all(): string {
    return `${this.prefix}:g`;
  }

  /** Changes with every purge of tags: tells whether there was one while a request was under way. */
  get tagPurges(): string {
    return `${this.prefix}:T`;
  }

  resource({ origin: rawOrigin, method, path, headers }: CacheKey): ResourceKeys {
    const origin = this.origin(rawOrigin);
    const url = digest([origin, path]);
    const extra = this.extra(origin, method, headers ?? emptyFields());
    return {
      index: `${this.prefix}:{${url}}i.${extra}`,
      lock: `${this.prefix}:{${url}}l.${extra}`,
      generations: [this.all, ...this.prefixes(origin, path), `${this.prefix}:{${url}}g`],
    };
  }

  /** Where the variant of a resource is that these request fields select. */
  variant(index: string, names: readonly string[], request: Readonly<Fields>): string {
    return names.length === 0
      ? `${index}.v`
      : `${index}.v${digest(Object.entries(varyValues(names, request)))}`;
  }

  url(origin: string, path: string): string {
    return `${this.prefix}:{${digest([this.origin(origin), path])}}g`;
  }

  tag(tag: string): string {
    return `${this.prefix}:t${digest([tag])}`;
  }

  /** The generation of a prefix that ends with a slash; undefined when it lies deeper than prefixes are kept. */
  pathPrefix(origin: string, prefix: string): string | undefined {
    return prefix.split('/').length - 2 > this.prefixDepth
      ? undefined
      : `${this.prefix}:p${digest([this.origin(origin), prefix])}`;
  }

  /** `HTTP://A:80` and `http://a` are one origin. */
  private origin(raw: string): string {
    const known = this.origins.get(raw);
    if (known !== undefined) return known;
    const parsed = URL.parse(raw)?.origin ?? 'null';
    const origin = parsed === 'null' ? raw : parsed;
    this.origins.set(raw, origin);
    return origin;
  }

  private prefixes(origin: string, path: string): string[] {
    const keys: string[] = [];
    const end = path.search(/[?#]/);
    const plain = end === -1 ? path : path.slice(0, end);
    let slash = plain.indexOf('/');
    for (let depth = 0; depth <= this.prefixDepth && slash !== -1; depth++) {
      keys.push(`${this.prefix}:p${digest([origin, plain.slice(0, slash + 1)])}`);
      slash = plain.indexOf('/', slash + 1);
    }
    return keys;
  }

  /** What else distinguishes resources of one URL: the method, another host, fields that Vary does not name. */
  private extra(origin: string, method: string, headers: Readonly<Fields>): string {
    const parts: unknown[] = [];
    if (method !== 'GET') parts.push(method);
    const host = fieldValue(headers, 'host')?.toLowerCase();
    if (host !== undefined && host !== hostOf(origin)) parts.push(['host', host]);
    for (const name of this.keyFields) {
      const value = fieldValue(headers, name);
      if (value !== undefined) parts.push([name, HOST_FIELDS.has(name) ? value.toLowerCase() : value]);
    }
    return parts.length === 0 ? '' : digest(parts);
  }
}

/** The values of the fields that select a variant; null for an absent one. */
export function varyValues(
  names: readonly string[],
  request: Readonly<Fields>,
): Record<string, string | null> {
  const values: [string, string | null][] = names.map((name) => [
    name,
    fieldValue(request, name)?.trim() ?? null,
  ]);
  return Object.fromEntries(values);
}

function digest(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'base64url');
}

function hostOf(origin: string): string {
  return URL.parse(origin)?.host ?? '';
}
