import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes the source of one Debian suite in apt's deb822 form, after the machine's own source of Debian packages: the mirror
 * that the machine is set up for is used here too.
 *
 * @param suite such as `bookworm`
 * @param partsFolder apt's folder of source files
 * @throws when the machine has no source of Debian packages
 */
export function debianSource(suite: string, partsFolder: string): string {
  const stanzas = existsSync(partsFolder)
    ? readdirSync(partsFolder)
        .filter((name) => name.endsWith('.sources'))
        .sort()
        .flatMap((name) => readFileSync(join(partsFolder, name), 'utf8').split(/\n\s*\n/))
    : [];
  const stanza = stanzas.find((text) => isDebian(text));
  if (stanza === undefined) throw new Error(`no source of Debian packages in ${partsFolder}`);
  return `${stanza
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => (/^Suites:/i.test(line) ? `Suites: ${suite}` : line))
    .join('\n')}\n`;
}

function isDebian(stanza: string): boolean {
  const uris = /^URIs:\s*(\S+)/im.exec(stanza)?.[1] ?? '';
  return /\/debian\/?$/.test(uris) && /^Suites:/im.test(stanza);
}
