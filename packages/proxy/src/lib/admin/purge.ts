import type { CommandResult, PurgeCommand } from './admin-target.ts';

/** A store that drops responses, such as one of `@evenkeel/cache`. */
export interface PurgeStore {
  purgeUrl(url: string): Promise<PurgeOutcome>;
  purgePrefix(url: string): Promise<PurgeOutcome>;
  purgeTags(tags: readonly string[]): Promise<PurgeOutcome>;
  purgeAll(): Promise<PurgeOutcome>;
}

/** What a purge did. */
export interface PurgeOutcome {
  /** False when a shared store could not be told yet; the process itself uses nothing of what was purged. */
  readonly shared: boolean;
}

/** Purges in all stores. */
export async function purge(
  command: PurgeCommand,
  stores: readonly PurgeStore[],
  clusters: readonly string[],
): Promise<CommandResult> {
  if (stores.length === 0) return { done: false, error: 'not-found', message: 'no route has a cache' };
  const url = command.url ?? command.prefix;
  const wrong = url === undefined ? undefined : wrongUrl(url, clusters);
  if (wrong !== undefined) return wrong;
  try {
    const outcomes = await Promise.all(stores.map((store) => purgeIn(store, command)));
    return { done: true, stores: stores.length, shared: outcomes.every(({ shared }) => shared) };
  } catch (error) {
    return { done: false, error: 'bad-request', message: (error as Error).message };
  }
}

function purgeIn(store: PurgeStore, { url, prefix, tag }: PurgeCommand): Promise<PurgeOutcome> {
  if (url !== undefined) return store.purgeUrl(url);
  if (prefix !== undefined) return store.purgePrefix(prefix);
  return tag === undefined ? store.purgeAll() : store.purgeTags([tag]);
}

/** A name that no cluster has is most often the public one, and its purge would do nothing in silence. */
function wrongUrl(url: string, clusters: readonly string[]): CommandResult | undefined {
  const parsed = URL.parse(url);
  const form = 'http://<cluster>/path';
  if (parsed === null || parsed.protocol !== 'http:') {
    return { done: false, error: 'bad-request', message: `got ${JSON.stringify(url)}, expected ${form}` };
  }
  if (clusters.some((name) => name.toLowerCase() === parsed.host)) return undefined;
  const message = `there is no cluster ${JSON.stringify(parsed.host)}: responses are stored as ${form}, one of ${clusters.join(', ')}`;
  return { done: false, error: 'not-found', message };
}
