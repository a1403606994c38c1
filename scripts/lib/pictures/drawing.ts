/** A command of a document that runs the simulator, what the document says it prints, and the picture it draws. */
export interface Drawing {
  /** The command's own line in the document, from 1. */
  readonly line: number;
  /** After `pnpm sim`, without the picture. */
  readonly args: readonly string[];
  /** From the root of the checkout. */
  readonly svg: string;
  /** What the document says the command prints. */
  readonly output: string;
}

const BLOCK = /^```sh\npnpm sim (.*) --svg (\S+)\n```\n+```text\n([\s\S]*?)\n```$/gm;

/**
 * Finds the commands that draw: a block of `sh` with `pnpm sim … --svg FILE` alone, followed by a block of `text`.
 *
 * @throws when another command draws: its picture would not be checked
 */
export function findDrawings(file: string, markdown: string): readonly Drawing[] {
  const drawings = [...markdown.matchAll(BLOCK)].map(
    ({ index, 1: args = '', 2: svg = '', 3: output = '' }) => ({
      line: markdown.slice(0, index).split('\n').length + 1,
      args: args.split(' '),
      svg,
      output,
    }),
  );
  for (const [index, text] of markdown.split('\n').entries()) {
    if (/^pnpm sim .*--svg docs\//.test(text) && !drawings.some(({ line }) => line === index + 1)) {
      throw new Error(
        `${file}:${index + 1}: expected a block with one command, and a text block with its output below`,
      );
    }
  }
  return drawings;
}

/** The document with what its commands print now. */
export function withOutputs(markdown: string, outputs: readonly string[]): string {
  let next = 0;
  return markdown.replace(BLOCK, (block: string, _args: string, _svg: string, output: string) => {
    const fresh = outputs[next++] ?? output;
    return `${block.slice(0, block.length - output.length - '\n```'.length)}${fresh}\n\`\`\``;
  });
}
