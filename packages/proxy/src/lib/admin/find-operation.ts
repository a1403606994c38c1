import type { IncomingMessage } from 'node:http';
import { Refusal } from './answer.ts';
import type { Operation } from './api.ts';

/**
 * Finds what a request asks for.
 *
 * @param tokens whether a token would let it in
 * @throws Refusal when there is no such thing, or it is not for everybody
 */
export function findOperation(
  known: readonly Operation[],
  request: IncomingMessage,
  allowed: boolean,
  tokens: boolean,
): { readonly operation: Operation; readonly values: readonly string[] } {
  const [path = ''] = (request.url ?? '').split('?');
  const matches = known.flatMap((operation) => {
    const values = match(operation.path, path);
    return values === undefined ? [] : [{ operation, values }];
  });
  // Whoever may not see anything is not told what there is either.
  if (!allowed && !matches.some(({ operation }) => operation.open === true)) {
    if (!tokens) throw new Refusal(403, 'forbidden', 'only programs of this machine are answered');
    throw new Refusal(401, 'unauthorized', 'a valid token is needed', { 'www-authenticate': 'Bearer' });
  }
  if (matches.length === 0)
    throw new Refusal(404, 'not-found', `there is no ${path}; GET / lists what there is`);
  const wanted = request.method === 'HEAD' ? 'GET' : request.method;
  const found = matches.find(({ operation }) => operation.method === wanted);
  if (found !== undefined) return found;
  const methods = matches.map(({ operation }) => operation.method);
  const allow = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  throw new Refusal(405, 'method-not-allowed', `${path} takes ${allow.join(', ')}`, {
    allow: allow.join(', '),
  });
}

/** The values of the variable segments; undefined when the path is another one. */
function match(pattern: string, path: string): readonly string[] | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const values: string[] = [];
  for (const [index, segment] of wanted.entries()) {
    const text = given[index] ?? '';
    if (!segment.startsWith(':')) {
      if (segment !== text) return undefined;
      continue;
    }
    const value = decode(text);
    if (value === undefined || value === '') return undefined;
    values.push(value);
  }
  return values;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
