import type { Position } from './source-map.ts';

/** One thing that is wrong with a configuration file. */
export interface ConfigIssue {
  /** Missing where there is no file to point into. */
  readonly position?: Position;
  /** Such as `clusters.api.discovery.static[0]`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** A configuration that cannot be used, with everything that is wrong with it. */
export class ConfigError extends Error {
  readonly file: string;
  readonly issues: readonly ConfigIssue[];

  constructor(file: string, issues: readonly ConfigIssue[]) {
    const sorted = inOrder(issues);
    super(sorted.map((issue) => formatIssue(file, issue)).join('\n'));
    this.name = 'ConfigError';
    this.file = file;
    this.issues = sorted;
  }
}

/** Issues in the order of the file. */
export function inOrder(issues: readonly ConfigIssue[]): ConfigIssue[] {
  return [...issues].sort(
    ({ position: a = START }, { position: b = START }) => a.line - b.line || a.column - b.column,
  );
}

/** Adds issues that were found later: what is known to be wrong at a place explains what else is wrong there. */
export function withFurther(known: readonly ConfigIssue[], later: readonly ConfigIssue[]): ConfigIssue[] {
  const paths = new Set(known.map(({ path }) => path));
  return [...known, ...later.filter(({ path }) => !paths.has(path))];
}

const START: Position = { line: 1, column: 1 };

/**
 * One line: where, what, and why.
 *
 * @param kind stands before the path, such as `warning: `
 */
export function formatIssue(file: string, { position, path, message }: ConfigIssue, kind = ''): string {
  const where = position === undefined ? file : `${file}:${position.line}:${position.column}`;
  return `${where}: ${kind}${path === '' ? '' : `${path}: `}${message}`;
}

/** Writes a path as a reader would: `routes[0].match.host`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[\w-]+$/.test(String(part))) text += `${text === '' ? '' : '.'}${String(part)}`;
    else text += `[${JSON.stringify(String(part))}]`;
  }
  return text;
}
