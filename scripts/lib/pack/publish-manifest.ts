/** What turns a `package.json` of this workspace into one for the registry. */
export interface PublishFacts {
  /** The versions of the workspace's packages, by name. */
  readonly versions: ReadonlyMap<string, string>;
  /** The ranges of the catalog, by name. */
  readonly catalog: ReadonlyMap<string, string>;
}

type Ranges = Readonly<Record<string, string>>;

/**
 * Does to a `package.json` what pnpm does when it packs: puts `publishConfig.exports` in place, and ranges in place of
 * `workspace:` and `catalog:`.
 *
 * @throws when a dependency refers to a package or catalog entry that does not exist
 */
export function publishManifest(text: string, facts: PublishFacts): string {
  const { publishConfig, devDependencies: _, ...manifest } = JSON.parse(text) as Record<string, unknown>;
  const { exports, ...config } = (publishConfig ?? {}) as Record<string, unknown>;
  const published: Record<string, unknown> = { ...manifest, publishConfig: config };
  if (exports !== undefined) published.exports = exports;
  for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies']) {
    const ranges = manifest[field] as Ranges | undefined;
    if (ranges !== undefined) published[field] = resolveRanges(ranges, facts);
  }
  return `${JSON.stringify(published, null, 2)}\n`;
}

/** Reads the entries of `catalog:` in a `pnpm-workspace.yaml`. */
export function readCatalog(yaml: string): ReadonlyMap<string, string> {
  const section = /^catalog:\n((?: {2}.*\n|\n)*)/m.exec(yaml)?.[1] ?? '';
  const entries = section.matchAll(/^ {2}(['"]?)([^'":]+)\1: *(['"]?)([^'"\n]+)\3$/gm);
  return new Map(Array.from(entries, ([, , name = '', , range = '']) => [name, range]));
}

function resolveRanges(ranges: Ranges, { versions, catalog }: PublishFacts): Ranges {
  return Object.fromEntries(
    Object.entries(ranges).map(([name, range]) => {
      if (range === 'catalog:') return [name, known(catalog.get(name), `the catalog has no ${name}`)];
      if (!range.startsWith('workspace:')) return [name, range];
      const version = known(versions.get(name), `the workspace has no ${name}`);
      const prefix = range.slice('workspace:'.length);
      return [name, prefix === '*' ? version : `${prefix}${version}`];
    }),
  );
}

function known(value: string | undefined, complaint: string): string {
  if (value === undefined) throw new Error(complaint);
  return value;
}
