import type { Manifest } from '../workspace.ts';

/**
 * Lists what users may import: each key of `exports` as a full specifier, patterns expanded over the packed files.
 *
 * @param manifest the packed manifest
 * @param files the packed files
 */
export function entryPoints(manifest: Manifest, files: readonly string[]): readonly string[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([key, conditions]) => {
    const target = moduleTarget(conditions);
    if (target === undefined || target.endsWith('.json')) return [];
    if (!key.includes('*')) return [specifier(manifest.name, key)];
    return matches(target, files).map((match) => specifier(manifest.name, key.replace('*', match)));
  });
}

/** Every path that `exports` points at; one with `*` stands for many. */
export function exportTargets(conditions: unknown): readonly string[] {
  if (typeof conditions === 'string') return [conditions];
  if (typeof conditions !== 'object' || conditions === null) return [];
  return Object.values(conditions).flatMap(exportTargets);
}

/** What of the files the `*` of a target stands for. */
export function matches(target: string, files: readonly string[]): readonly string[] {
  const [before = '', after = ''] = target.replace('./', '').split('*');
  return files
    .filter((file) => file.startsWith(before) && file.endsWith(after))
    .map((file) => file.slice(before.length, file.length - after.length));
}

function moduleTarget(conditions: unknown): string | undefined {
  if (typeof conditions === 'object' && conditions !== null && 'default' in conditions) {
    return moduleTarget(conditions.default);
  }
  return typeof conditions === 'string' ? conditions : undefined;
}

function specifier(name: string, key: string): string {
  return name + key.slice(1);
}
