import { writeFileSync } from 'node:fs';
import { isEvenkeelError } from '@evenkeel/core';
import { formatReports } from '@evenkeel/simulator';
import { reportHtml, reportSvg } from '@evenkeel/simulator/svg';
import { type Command, parseCommandLine } from './command-line.ts';
import { type Comparison, compare } from './compare.ts';
import { listing, USAGE } from './help.ts';
import { UsageError } from './usage-error.ts';

/** Where the program writes. */
export interface Output {
  /** Results. */
  out(text: string): void;
  /** Complaints. */
  err(text: string): void;
}

/**
 * Does what the arguments say.
 *
 * @returns the exit code: 0, 1 when a simulation failed or a file cannot be written, 2 when the arguments make no sense
 */
export async function runCli(args: readonly string[], output: Output): Promise<number> {
  try {
    const command = parseCommandLine(args);
    if (command === 'help') output.out(USAGE);
    else if (command === 'list') output.out(listing());
    else deliver(command, await compare(command), output);
    return 0;
  } catch (error) {
    if (isUsageError(error)) {
      output.err(`${error.message}\npnpm sim --help says what is possible`);
      return 2;
    }
    output.err(`the simulation failed: ${describeFailure(error)}`);
    return 1;
  }
}

/** An error with a cause is what code on trial threw while the simulation ran. */
function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return isEvenkeelError(error, 'ERR_EVENKEEL_INVALID_OPTIONS') && error.cause === undefined;
}

/** The stack leads to the line of the user's own strategy or scenario. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return `${error.message}\n${cause.stack ?? cause.message}`;
  return error.stack ?? error.message;
}

function deliver(command: Command, { reports, changes }: Comparison, output: Output): void {
  const { json, svg, html, theme } = command;
  output.out(json ? JSON.stringify(reports, undefined, 2) : formatReports(reports));
  if (svg !== undefined) write(svg, reportSvg(reports, { changes, theme }), output);
  if (html !== undefined) write(html, reportHtml(reports, { changes, theme }), output);
}

function write(file: string, content: string, output: Output): void {
  writeFileSync(file, content);
  output.err(`wrote ${file}`);
}
