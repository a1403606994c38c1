import type * as z from 'zod';
import { type ConfigIssue, formatPath } from './config-error.ts';
import { didYouMean } from './did-you-mean.ts';
import type { SourceMap } from './source-map.ts';

/** Turns what the schema found into issues with their place in the file, one for each thing that is wrong. */
export function zodIssues(
  issues: readonly z.core.$ZodIssue[],
  data: unknown,
  map: SourceMap,
  prefix: readonly PropertyKey[] = [],
): ConfigIssue[] {
  return issues.flatMap((issue): ConfigIssue[] => {
    const path = [...prefix, ...issue.path];
    if (issue.code === 'invalid_union') {
      const branch = matchingBranch(issue.errors);
      if (branch !== undefined) return zodIssues(branch, data, map, path);
    }
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownKey(path, key, issue.message, map));
    }
    if (issue.code === 'invalid_key') {
      const key = String(path.at(-1));
      const expected = issue.issues[0]?.message ?? issue.message;
      const position = map.keyAt(path.slice(0, -1), key);
      return [
        { position, path: formatPath(path), message: `got the name ${show(key)}, expected ${expected}` },
      ];
    }
    const value = valueAt(data, path);
    const meant = typeof value === 'string' ? didYouMean(value, choices(issue.message)) : undefined;
    const isSecret = typeof value === 'string' && value !== '' && SECRETS.has(path.at(-1) ?? '');
    const got = value === undefined ? 'missing' : `got ${isSecret ? '"…"' : show(value)}`;
    const hint = meant === undefined ? ',' : `, did you mean "${meant}"?`;
    return [
      {
        position: map.valueAt(path),
        path: formatPath(path),
        message: `${got}${hint} expected ${issue.message}`,
      },
    ];
  });
}

/** Of a union the branch that the value was meant for: the one that does not complain about the value as a whole. */
function matchingBranch(
  branches: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  return branches.find((branch) =>
    branch.every((issue) => issue.path.length > 0 || !WRONG_KIND.has(issue.code)),
  );
}

const WRONG_KIND: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value', 'invalid_union']);

/** Messages end up in logs, so they show neither the credentials of a URL nor the values of these keys. */
const CREDENTIALS = /\/\/[^/@\s"]*@/g;
const SECRETS: ReadonlySet<PropertyKey> = new Set(['password', 'token', 'auth', 'secret']);

function unknownKey(path: readonly PropertyKey[], key: string, allowed: string, map: SourceMap): ConfigIssue {
  const meant = didYouMean(key, allowed.split(', '));
  const hint = meant === undefined ? '' : `, did you mean "${meant}"?`;
  return {
    position: map.keyAt(path, key),
    path: formatPath([...path, key]),
    message: `unknown key${hint || ','} expected ${allowed === '' ? 'no keys' : allowed}`,
  };
}

/** The words that a message allows, if it names words. */
function choices(expected: string): readonly string[] {
  return expected.startsWith('one of ') ? expected.slice('one of '.length).split(/[", ]+/) : [];
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    return keys.length === 0 ? 'an empty object' : `an object with ${keys.join(', ')}`;
  }
  if (value === null) return 'nothing';
  const text = JSON.stringify(value).replaceAll(CREDENTIALS, '//…@');
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}

/** A file that is something else altogether is one long text, and has no place in a log. */
const SHOWN_CHARS = 100;
