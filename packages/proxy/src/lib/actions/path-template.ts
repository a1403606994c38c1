import { InvalidOptionsError } from '@evenkeel/core';
import type { PathPattern } from '../routing/path-pattern.ts';

/** Makes a path of the parameters of a request, put in as they were received. */
export type PathTemplate = (parameters: Readonly<Record<string, string>>) => string;

/**
 * Compiles a path in which `{name}` stands for a parameter of the route.
 *
 * @throws InvalidOptionsError when it is no path, or names a parameter that the route does not have
 */
export function pathTemplate(text: string, pattern: PathPattern, field: string): PathTemplate {
  if (typeof text !== 'string' || !/^\/[\x21-\x7e]*$/.test(text) || text.includes('#')) {
    throw new InvalidOptionsError(field, text, 'a path that starts with "/" and has no "#"');
  }
  const names = [...pattern.parameters.values()];
  const parts = text.split(/\{(\w+)\}/);
  for (let index = 1; index < parts.length; index += 2) {
    if (!names.includes(parts[index] as string)) {
      const known =
        names.map((name) => `{${name}}`).join(', ') || 'none, as the path of the route has no ":name"';
      throw new InvalidOptionsError(field, text, `only parameters of the route: ${known}`);
    }
  }
  return (parameters) =>
    parts.map((part, index) => (index % 2 === 0 ? part : (parameters[part] ?? ''))).join('');
}
