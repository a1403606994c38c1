import { type FSWatcher, watch } from 'node:fs';

/** Tells of changes in one directory, as far as the file system does. */
export interface DirectoryWatch extends Disposable {
  /** Whether changes are told at all. */
  readonly active: boolean;
  /** Opens the watch, again if it is open: one whose directory was replaced tells nothing any more. */
  open(): void;
}

/**
 * Makes a watch of a directory, not of a file in it: a file that is replaced by rename would take its watch along, and
 * mounted configuration of Kubernetes changes by a symbolic link beside the file. It never keeps the process alive.
 *
 * @param onChange gets the changed name, where the system knows it
 */
export function directoryWatch(directory: string, onChange: (name: string | null) => void): DirectoryWatch {
  let watcher: FSWatcher | undefined;
  const close = (): void => {
    watcher?.close();
    watcher = undefined;
  };
  return {
    get active() {
      return watcher !== undefined;
    },
    open() {
      close();
      try {
        const opened = watch(directory, { persistent: false }, (_type, name) => onChange(name));
        opened.on('error', () => {
          if (watcher === opened) close();
        });
        watcher = opened;
      } catch {
        // No such directory, or no watches left (inotify limits): the caller's poll sees changes, only later.
      }
    },
    [Symbol.dispose]: close,
  };
}
