import type { Position } from './source-map.ts';

/** One thing that is wrong with a configuration file. */
export interface ConfigIssue {
  readonly position: Position;
  /** Such as `clusters.api.discovery.static[0]`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** A configuration that cannot be used, with everything that is wrong with it. */
export class ConfigError extends Error {
  readonly file: string;
  readonly issues: readonly ConfigIssue[];

  constructor(file: string, issues: readonly ConfigIssue[]) {
    const sorted = [...issues].sort(
      (a, b) => a.position.line - b.position.line || a.position.column - b.position.column,
    );
    super(sorted.map((issue) => formatIssue(file, issue)).join('\n'));
    this.name = 'ConfigError';
    this.file = file;
    this.issues = sorted;
  }
}

function formatIssue(file: string, { position, path, message }: ConfigIssue): string {
  return `${file}:${position.line}:${position.column}: ${path === '' ? '' : `${path}: `}${message}`;
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
