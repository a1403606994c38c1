/** The command that runs a task in every package, silent about what passes; dependents of a package that failed are left out. */
export function turboRun(task: string): readonly [command: string, ...args: string[]] {
  return [
    'turbo',
    'run',
    task,
    '--output-logs=errors-only',
    '--ui=stream',
    '--continue=dependencies-successful',
  ];
}
