import { join } from 'node:path';
import { debianPackages } from './debian-packages.ts';
import { onPath } from './on-path.ts';
import { libraries } from './recipes/redis.ts';

/** The programs that are configured by whoever starts them. */
export const PROGRAMS = ['nginx', 'haproxy', 'wrk'] as const;

/** One of {@link PROGRAMS}. */
export type ProgramName = (typeof PROGRAMS)[number];

/** A program on this machine, ready to be run. */
export interface Program {
  readonly file: string;
  /** What it needs in its environment besides this process's own. */
  readonly env: Readonly<Record<string, string>>;
}

const SOURCES: Readonly<
  Record<ProgramName, { readonly path: string; readonly packages: readonly string[] }>
> = {
  nginx: { path: 'usr/sbin/nginx', packages: ['nginx', 'libpcre2-8-0', 'libssl3', 'zlib1g'] },
  haproxy: {
    path: 'usr/sbin/haproxy',
    packages: [
      'haproxy',
      'libcap2',
      'liblua5.3-0',
      'libopentracing-c-wrapper0',
      'libopentracing1',
      'libpcre2-8-0',
      'libssl3',
      'libsystemd0',
    ],
  },
  wrk: { path: 'usr/bin/wrk', packages: ['wrk', 'libluajit-5.1-2', 'libssl3'] },
};

/**
 * Finds a program: the one on PATH, or Debian's, unpacked into the cache.
 *
 * @throws Error that says why the program cannot be had
 */
export async function locateProgram(name: ProgramName): Promise<Program> {
  const installed = onPath(name);
  if (installed !== undefined) return { file: installed, env: {} };
  const { path, packages } = SOURCES[name];
  const root = await debianPackages(name, { suite: 'bookworm', packages });
  return { file: join(root, path), env: { LD_LIBRARY_PATH: libraries(root) } };
}
