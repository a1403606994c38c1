import { type Document, isNode, isScalar, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';
import type { ConfigIssue } from './config-error.ts';
import { type SourceMap, sourceMap } from './source-map.ts';

/** A YAML text as plain data, with what is wrong with it as YAML. */
export interface YamlSource {
  /** Undefined where there are issues. */
  readonly data: unknown;
  readonly map: SourceMap;
  readonly issues: readonly ConfigIssue[];
}

/** Reads a YAML text, and through YAML a JSON one. Never throws: what is wrong is an issue with its place. */
export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const map = sourceMap(document, lines);
  const issue = (offset: number, message: string): ConfigIssue => ({
    position: map.at(offset),
    path: '',
    message: `not valid YAML: ${message}`,
  });
  const issues = document.errors.map((error) => issue(error.pos[0], wordsOf(error)));
  if (issues.length === 0) issues.push(...nodeIssues(document, issue));
  if (issues.length > 0) return { data: undefined, map, issues };
  try {
    return { data: document.toJS(), map, issues };
  } catch (error) {
    // What is left is a text that aliases would blow up.
    return { data: undefined, map, issues: [issue(0, (error as Error).message)] };
  }
}

function wordsOf({ code, message }: YAMLError): string {
  return code === 'MULTIPLE_DOCS' ? 'a second document begins here' : message;
}

function nodeIssues(document: Document, issue: (offset: number, message: string) => ConfigIssue) {
  const issues: ConfigIssue[] = [];
  visit(document, {
    Pair(_key, { key }) {
      // Schemas pass over it, and objects that are made of others may take it for their prototype.
      if (isScalar(key) && key.value === '__proto__') {
        issues.push(issue(key.range?.[0] ?? 0, 'no key can be called __proto__'));
      }
    },
    Alias(_key, alias, ancestors) {
      const offset = alias.range?.[0] ?? 0;
      const target = alias.resolve(document);
      if (target === undefined) issues.push(issue(offset, `there is no anchor &${alias.source} before this`));
      else if (ancestors.some((one) => isNode(one) && one === target)) {
        issues.push(issue(offset, `*${alias.source} is a part of itself`));
      }
    },
  });
  return issues;
}
