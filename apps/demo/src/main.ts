import { runDemo } from './lib/demo.ts';
import { type DemoOptions, parseDemoOptions, USAGE } from './lib/demo-options.ts';
import { screen } from './lib/screen.ts';
import { formatSummary } from './lib/summary.ts';

const options = readOptions();
if (options !== undefined) {
  // With --json, stdout carries the one object and nothing else.
  const summary = await runDemo(options, screen(options.json ? process.stderr : process.stdout));
  console.log(options.json ? JSON.stringify(summary) : `\n${formatSummary(summary)}`);
  process.exitCode = summary.ok ? 0 : 1;
}

function readOptions(): DemoOptions | undefined {
  try {
    const parsed = parseDemoOptions(process.argv.slice(2));
    if (parsed !== 'help') return parsed;
    console.log(USAGE);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exitCode = 2;
  }
  return undefined;
}
