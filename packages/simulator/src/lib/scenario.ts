import type { Change } from './changes/change.ts';
import type { ClientModel, ClientSettings } from './client/client-model.ts';
import type { EndpointModel } from './endpoint/endpoint-model.ts';
import type { NetworkModel } from './network-model.ts';
import type { StrategyFactory } from './strategy-factory.ts';

/** Endpoints that do the same work, and what they themselves depend on. */
export interface ServiceModel {
  /** In the order of their ids: without one of its own an endpoint is called `e0`, `e1` and so on. */
  readonly endpoints: readonly EndpointModel[];
  /** What each endpoint asks, once for each request and after its own work, before it answers. @default nothing */
  readonly dependency?: DependencyModel;
}

/** Another service, one tier below, asked by each endpoint through a client of its own. */
export interface DependencyModel extends ServiceModel {
  /** How the endpoints above ask: the client's settings. @default those of the library */
  readonly client?: ClientSettings;
}

/** One experiment: who serves, who asks, what goes wrong when, and the strategy on trial. */
export interface Scenario extends ServiceModel {
  /** Stands above the report. */
  readonly name: string;
  /** The strategy on trial; called once for each client. */
  readonly strategy: StrategyFactory;
  /** Who sends requests. */
  readonly clients: ClientModel | readonly ClientModel[];
  /** For how long they do, in virtual ms. */
  readonly durationMs: number;
  /** What happens meanwhile. @default nothing */
  readonly changes?: readonly Change[];
  /** One way between a client and an endpoint. @default no time at all */
  readonly network?: NetworkModel;
  /** An integer; the same one gives the same report. @default 1 */
  readonly seed?: number;
  /** Requests sent before are left out of the report, in ms. @default 0 */
  readonly warmUpMs?: number;
  /** How long to wait for the last answers, in virtual ms; what is open then is `unfinished`. @default 60_000 */
  readonly drainMs?: number;
  /** Length of one step of the report's timeline, in ms. @default a sixtieth of the duration */
  readonly stepMs?: number;
}
