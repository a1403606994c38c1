/** A code block of a document that is kept true by the tests. */
export interface Example {
  /** The document, from the root. */
  readonly file: string;
  /** Of the first line of code, from 1. */
  readonly line: number;
  readonly code: string;
  /** `check` compiles it only, as what needs a server cannot run anywhere; `run` executes it too, to its end. */
  readonly mode: 'run' | 'check';
}

/**
 * Finds the blocks opened with three backticks and `ts run` or `ts check`. Those opened with `ts` alone are left out.
 *
 * @throws when a block has another word there: a typing error must not turn an example off
 */
export function findExamples(file: string, markdown: string): readonly Example[] {
  const examples: Example[] = [];
  for (const match of markdown.matchAll(/^(`{3,})ts[ \t]+(.+?)[ \t]*\n([\s\S]*?)^\1[ \t]*$/gm)) {
    const [, , mode = '', code = ''] = match;
    const line = markdown.slice(0, match.index).split('\n').length + 1;
    if (mode !== 'run' && mode !== 'check') {
      throw new Error(`${file}:${line - 1}: got "ts ${mode}", expected "ts", "ts run" or "ts check"`);
    }
    examples.push({ file, line, code, mode });
  }
  return examples;
}
