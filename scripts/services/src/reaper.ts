import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** Sees to it that a server does not outlive the process that started it. */
export interface Reaper {
  /** The server is gone: nothing is left to do. */
  dismiss(): void;
}

/** Reads until its input ends, which is when the process at the other side is gone, however it went. */
const SCRIPT = 'read -r word; [ "$word" = dismissed ] && exit; kill -9 "$0"; rm -rf "$1"';

/**
 * Starts a shell that kills a process and removes its folder once this process is gone: a test runner that
 * is killed, or kills its workers, runs no exit handler.
 */
export function reaper(pid: number, folder: string): Reaper {
  // A group of its own: Ctrl-C is for the others.
  const shell = spawn('/bin/sh', ['-c', SCRIPT, String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.on('error', () => {
    // Without a shell a server may be left behind; the tests work all the same.
  });
  shell.stdin.on('error', () => {});
  shell.unref();
  (shell.stdin as Socket).unref();
  return { dismiss: () => void shell.stdin.end('dismissed\n') };
}
