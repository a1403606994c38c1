import { globSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached } from './cache-folder.ts';
import { debianSource } from './debian-source.ts';
import { onPath } from './on-path.ts';
import { run } from './run.ts';

/** Packages of one suite of Debian. */
export interface DebianPackages {
  readonly suite: 'bookworm' | 'bullseye';
  readonly packages: readonly string[];
}

/**
 * Fetches Debian packages and unpacks them into the cache. Uses apt with a state of its own that is thrown
 * away: nothing is installed, no script of a package runs, and no rights are needed.
 *
 * @param name prefix of the folder
 * @returns the folder, laid out like the root of a machine
 * @throws Error when the machine has no apt, or the packages cannot be fetched
 */
export function debianPackages(name: string, { suite, packages }: DebianPackages): Promise<string> {
  if (onPath('apt-get') === undefined || onPath('dpkg') === undefined) {
    throw new Error('the machine has neither the server nor apt-get and dpkg to fetch it with');
  }
  return cached(`${name}-${suite}`, [suite, ...packages], async (folder) => {
    const state = await mkdtemp(join(tmpdir(), 'evenkeel-apt-'));
    try {
      await fetchInto(folder, state, suite, packages);
    } finally {
      await rm(state, { recursive: true, force: true });
    }
  });
}

async function fetchInto(
  folder: string,
  state: string,
  suite: string,
  packages: readonly string[],
): Promise<void> {
  for (const part of ['lists/partial', 'archives/partial', 'etc', 'deb']) {
    await mkdir(join(state, part), { recursive: true });
  }
  const parts = /='(.*)'/.exec(await run('apt-config', ['shell', 'PARTS', 'Dir::Etc::sourceparts/d']))?.[1];
  await writeFile(
    join(state, 'etc', 'debian.sources'),
    debianSource(suite, parts ?? '/etc/apt/sources.list.d'),
  );
  const settings = {
    'Dir::Etc::sourcelist': '-',
    'Dir::Etc::sourceparts': join(state, 'etc'),
    'Dir::State::lists': join(state, 'lists'),
    'Dir::Cache': state,
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '20',
    'APT::Sandbox::User': '',
  };
  const options = ['-qq', ...Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])];
  await run('apt-get', [...options, 'update']);
  const cwd = join(state, 'deb');
  await run('apt-get', [...options, 'download', ...packages], { cwd });
  for (const archive of globSync('*.deb', { cwd }).sort())
    await run('dpkg', ['-x', join(cwd, archive), folder]);
}
