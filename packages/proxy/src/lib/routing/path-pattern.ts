import { InvalidOptionsError } from '@evenkeel/core';

/** A path with parameters, taken apart. */
export interface PathPattern {
  /** Literal segments as they must come; undefined stands for a parameter. */
  readonly segments: readonly (string | undefined)[];
  /** What may follow: nothing, whole segments or nothing, or something at least as long as a slash. */
  readonly ending: 'exact' | 'prefix' | 'below';
  /** The names of the parameters, by the position of their segment. */
  readonly parameters: ReadonlyMap<number, string>;
}

/** What a pattern has matched of a path. */
export interface PathMatch {
  /** As received, a slash at the end of the pattern included. */
  readonly prefix: string;
  /** What is left of the path behind it. */
  readonly rest: string;
  /** The segments that stand for parameters, as received: not decoded. */
  readonly parameters: Readonly<Record<string, string>>;
}

const PATH_RULE = 'a path that starts with "/" and has neither "?" nor "#"';

/**
 * Takes `/users/:id` apart: a segment that is `:` and a name stands for any one segment that is not empty. A slash at the end
 * matches what is below it only.
 *
 * @param exact whether nothing may follow
 * @throws InvalidOptionsError for anything else, and for two parameters of one name
 */
export function pathPattern(path: string, exact: boolean, field: string): PathPattern {
  if (typeof path !== 'string' || !/^\/[\x21-\x7e]*$/.test(path) || /[?#]/.test(path)) {
    throw new InvalidOptionsError(field, path, PATH_RULE);
  }
  const parameters = new Map<number, string>();
  const parts = path.slice(1).split('/');
  const below = !exact && parts.at(-1) === '';
  if (below) parts.pop();
  const segments = parts.map((part, index) => {
    if (!/^:\w+$/.test(part)) return part;
    const name = part.slice(1);
    if ([...parameters.values()].includes(name)) {
      throw new InvalidOptionsError(field, path, `parameters with different names, not ":${name}" twice`);
    }
    parameters.set(index, name);
    return undefined;
  });
  return { segments, parameters, ending: exact ? 'exact' : below ? 'below' : 'prefix' };
}

/** Tells what a pattern has matched of a path that it matches. */
export function matchPath(pattern: PathPattern, path: string): PathMatch {
  const parameters: Record<string, string> = Object.create(null);
  let end = 0;
  for (let index = 0; index < pattern.segments.length; index++) {
    const next = path.indexOf('/', end + 1);
    const start = end + 1;
    end = next === -1 ? path.length : next;
    const name = pattern.parameters.get(index);
    if (name !== undefined) parameters[name] = path.slice(start, end);
  }
  if (pattern.ending === 'below') end += 1;
  return { prefix: path.slice(0, end), rest: path.slice(end), parameters };
}
