import type { PathPattern } from './path-pattern.ts';

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  parameter: Node<T> | undefined;
  /** For the path that ends here. */
  readonly exact: T[];
  /** For the path that ends here, and what is below it. */
  readonly prefix: T[];
  /** For what is below only. */
  readonly below: T[];
}

/**
 * Values by path pattern. Patterns are compared segment by segment: a literal one comes before a parameter, a longer pattern
 * before a shorter one. Costs one look-up per segment, however many patterns there are.
 */
export class PathTree<T> {
  private readonly root = node<T>();

  /** Adds a value behind those of the same pattern. */
  add(pattern: PathPattern, value: T): void {
    let at = this.root;
    for (const segment of pattern.segments) {
      if (segment === undefined) {
        at.parameter ??= node();
        at = at.parameter;
      } else {
        const next = at.literals.get(segment) ?? node<T>();
        at.literals.set(segment, next);
        at = next;
      }
    }
    at[pattern.ending].push(value);
  }

  /**
   * Finds the first value, from the most to the least specific pattern, that is accepted.
   *
   * @param path without its query; starts with "/"
   */
  find(path: string, accept: (value: T) => boolean): T | undefined {
    return visit(this.root, path, 0, accept);
  }
}

function node<T>(): Node<T> {
  return { literals: new Map(), parameter: undefined, exact: [], prefix: [], below: [] };
}

/** @param slash where the next segment begins, with its slash; the length of the path at its end */
function visit<T>(at: Node<T>, path: string, slash: number, accept: (value: T) => boolean): T | undefined {
  let found: T | undefined;
  if (slash === path.length) found = at.exact.find(accept);
  else {
    const { literals, parameter } = at;
    if (literals.size > 0 || parameter !== undefined) {
      const next = path.indexOf('/', slash + 1);
      const end = next === -1 ? path.length : next;
      const literal = literals.get(path.slice(slash + 1, end));
      if (literal !== undefined) found = visit(literal, path, end, accept);
      if (found === undefined && parameter !== undefined && end > slash + 1) {
        found = visit(parameter, path, end, accept);
      }
    }
    found ??= at.below.find(accept);
  }
  return found ?? at.prefix.find(accept);
}
