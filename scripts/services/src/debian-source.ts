import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Debian's public mirror and the place of its keys on every Debian machine. */
const DEFAULT_STANZA = [
  'Types: deb',
  'URIs: http://deb.debian.org/debian',
  'Suites: bookworm',
  'Components: main',
  'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
].join('\n');

/**
 * Writes the source of one Debian suite in apt's deb822 form, after the machine's own source of Debian
 * packages where it has one: a mirror that the machine is set up for is used here too.
 *
 * @param suite such as `bookworm`
 * @param partsFolder apt's folder of source files
 */
export function debianSource(suite: string, partsFolder: string): string {
  const stanzas = existsSync(partsFolder)
    ? readdirSync(partsFolder)
        .filter((name) => name.endsWith('.sources'))
        .sort()
        .flatMap((name) => readFileSync(join(partsFolder, name), 'utf8').split(/\n\s*\n/))
    : [];
  const stanza = stanzas.find((text) => isDebian(text)) ?? DEFAULT_STANZA;
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
