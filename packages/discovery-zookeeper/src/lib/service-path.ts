import { InvalidOptionsError } from '@evenkeel/core';

/** Which service, and below which node all of them are. */
export interface ServicePathOptions {
  /** The node below which each service has its own, such as `/services`; also a chroot. @default '/services' */
  readonly base?: string;
  readonly service: string;
}

/** Where a service is in the tree. */
export interface ServicePath {
  readonly base: string;
  readonly path: string;
  /** The nodes from the root to the service's own, parents first. */
  readonly parents: readonly string[];
}

/** What ZooKeeper has no names for (`PathUtils`), and characters that nobody can see. */
const UNUSABLE = /[\p{Cc}\p{Cs}\p{Co}\u{fff0}-\u{ffff}]/u;
const MAX_NAME_LENGTH = 255;

/**
 * Makes the path.
 *
 * @throws InvalidOptionsError for a name that no node can have
 */
export function servicePath({ base = '/services', service }: ServicePathOptions): ServicePath {
  const names = baseNames(base);
  checkName('service', service);
  const parents = [...names, service].map((_, index, all) => `/${all.slice(0, index + 1).join('/')}`);
  return {
    base: `/${names.join('/')}`,
    path: `/${[...names, service].join('/')}`,
    parents,
  };
}

/**
 * Checks the name of a node.
 *
 * @throws InvalidOptionsError naming the field
 */
export function checkName(field: string, name: unknown, maxLength: number = MAX_NAME_LENGTH): void {
  if (typeof name !== 'string' || !isName(name, maxLength)) {
    throw new InvalidOptionsError(
      field,
      name,
      `1 to ${maxLength} characters without "/" and control characters, and not "." or ".."`,
    );
  }
}

function baseNames(base: unknown): readonly string[] {
  if (base === '/') return [];
  const names = typeof base === 'string' && base.startsWith('/') ? base.slice(1).split('/') : [];
  if (names.length === 0 || !names.every((name) => isName(name, MAX_NAME_LENGTH))) {
    throw new InvalidOptionsError(
      'base',
      base,
      'an absolute path such as "/services", without "/" at its end',
    );
  }
  return names;
}

function isName(name: string, maxLength: number): boolean {
  return (
    name !== '' &&
    name.length <= maxLength &&
    name !== '.' &&
    name !== '..' &&
    !name.includes('/') &&
    !UNUSABLE.test(name)
  );
}
