import { checkKeys, InvalidOptionsError, type KnownKeys, numberOption } from '@evenkeel/core';
import type { HeaderFields } from '../headers/header-fields.ts';
import { addVary } from '../headers/vary.ts';
import { allowedOrigins, type Origins } from './cors-origins.ts';
import type { Middleware } from './middleware.ts';
import { tokenList } from './token-list.ts';

/** Options of {@link cors}. */
export interface CorsOptions {
  /**
   * Whose pages may read answers: origins such as `https://shop.example.com` or `https://*.example.com`, a test of them, or
   * `*` for all. The origin of sandboxed pages and files is `null`.
   */
  readonly origins: Origins;
  /** Whether pages may send cookies and the like; not with `*`. @default false */
  readonly credentials?: boolean;
  /** Methods that pages may use. @default ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] */
  readonly methods?: readonly string[];
  /** Request fields that pages may send beside the harmless ones; `*` for all they ask for. @default [] */
  readonly allowedHeaders?: readonly string[] | '*';
  /** Response fields that pages may read beside the harmless ones. @default [] */
  readonly exposedHeaders?: readonly string[];
  /** How long a browser may keep the answer to its question, in ms. @default as the browser likes, 5 s by the standard */
  readonly maxAgeMs?: number;
}

const KEYS: KnownKeys<CorsOptions> = {
  origins: true,
  credentials: true,
  methods: true,
  allowedHeaders: true,
  exposedHeaders: true,
  maxAgeMs: true,
};
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Everything an upstream could say of it: two voices would contradict each other. */
const OWN = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
  'access-control-max-age',
];

/**
 * Middleware that tells browsers which pages of other origins may use the answers (Fetch standard, CORS protocol): answers
 * preflight requests itself and marks all other answers, errors included, in place of what the upstream says. It keeps
 * nobody out: requests of origins that are not allowed are answered without the mark.
 *
 * @throws InvalidOptionsError for a value that is none of its kind, and for `credentials` with `*`
 */
export function cors(options: CorsOptions): Middleware {
  checkKeys('', options, KEYS);
  const { credentials = false, maxAgeMs } = options;
  const isAllowed = allowedOrigins(options.origins);
  const any = options.origins === '*';
  if (typeof credentials !== 'boolean') {
    throw new InvalidOptionsError('credentials', credentials, 'true or false');
  }
  if (any && credentials) {
    throw new InvalidOptionsError('credentials', credentials, 'false with origins "*": name the origins');
  }
  const methods = tokenList('methods', options.methods, METHODS).join(', ');
  const everyHeader = options.allowedHeaders === '*';
  const allowed = everyHeader
    ? ''
    : tokenList('allowedHeaders', options.allowedHeaders as readonly string[] | undefined, []).join(', ');
  const exposed = tokenList('exposedHeaders', options.exposedHeaders, []).join(', ');
  const maxAge =
    maxAgeMs === undefined ? undefined : String(Math.floor(numberOption('maxAgeMs', maxAgeMs, 0) / 1_000));

  const preflight = (origin: string, asked: string | undefined): string[] => {
    const vary = [...(any ? [] : ['Origin']), ...(everyHeader ? ['Access-Control-Request-Headers'] : [])];
    const headers = vary.length === 0 ? [] : ['vary', vary.join(', ')];
    if (!isAllowed(origin)) return headers;
    headers.push('access-control-allow-origin', any ? '*' : origin);
    if (credentials) headers.push('access-control-allow-credentials', 'true');
    headers.push('access-control-allow-methods', methods);
    const fields = everyHeader ? asked : allowed;
    if (fields) headers.push('access-control-allow-headers', fields);
    if (maxAge !== undefined) headers.push('access-control-max-age', maxAge);
    return headers;
  };
  const mark = (headers: HeaderFields, origin: string | undefined): void => {
    for (const name of OWN) headers.delete(name);
    if (!any) addVary(headers, 'Origin');
    if (origin === undefined || !isAllowed(origin)) return;
    headers.set('access-control-allow-origin', any ? '*' : origin);
    if (credentials) headers.set('access-control-allow-credentials', 'true');
    if (exposed !== '') headers.set('access-control-expose-headers', exposed);
  };

  return (request, next) => {
    const { headers } = request;
    const origin = headers.get('origin');
    if (
      request.method === 'OPTIONS' &&
      origin !== undefined &&
      headers.get('access-control-request-method') !== undefined
    ) {
      request.respond(204, preflight(origin, headers.get('access-control-request-headers')));
      return;
    }
    request.onResponse((head) => mark(head.headers, origin));
    next();
  };
}
