import { execFile } from 'node:child_process';

/**
 * Runs a command to its end.
 *
 * @returns its standard output
 * @throws Error with the end of its standard error when it fails or takes longer than `timeoutMs`
 */
export function run(
  command: string,
  args: readonly string[],
  { cwd, timeoutMs = 120_000 }: { readonly cwd?: string; readonly timeoutMs?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 16 * 1024 * 1024 } as const;
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command}: ${stderr.trim().slice(-500) || error.message}`, { cause: error }));
    });
  });
}
