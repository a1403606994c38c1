import type { Place, Registry } from '../registries/registry.ts';
import { startAnswering } from './answering.ts';

export interface StandingOptions {
  readonly registry: Registry;
  readonly place: Place;
  readonly service: string;
  /** How many endpoints. */
  readonly count: number;
  /** @default the package's own */
  readonly ttlMs?: number;
}

/** Opens endpoints in a process of their own, registers them from this one, and keeps them registered until disposed. */
export async function openStanding(options: StandingOptions): Promise<Standing> {
  const { registry, place, service, count, ttlMs } = options;
  const disposables = new AsyncDisposableStack();
  try {
    const process = disposables.use(startAnswering());
    const { addresses } = await process.ask({ open: count });
    for (const endpoint of addresses) {
      const input = { service, endpoint, ...(ttlMs !== undefined && { ttlMs }) };
      await disposables.use(registry.registrar(place, input)).register();
    }
    return {
      addresses,
      openMore: async (more) => (await process.ask({ open: more })).addresses,
      [Symbol.asyncDispose]: () => disposables.disposeAsync(),
    };
  } catch (error) {
    await disposables.disposeAsync();
    throw error;
  }
}

/** Endpoints that stay. */
export interface Standing extends AsyncDisposable {
  readonly addresses: readonly string[];
  /** Opens endpoints that nobody has registered yet, and tells their addresses. */
  openMore(count: number): Promise<readonly string[]>;
}
