import type { ProxyState } from '../proxy-state.ts';
import type { ClusterView } from './views.ts';

/**
 * What the admin API speaks for: one running proxy, or several workers that share the work. All of it is plain data, so it may travel
 * between processes.
 */
export interface AdminTarget {
  /** What each worker knows now; at least one. */
  state(): Promise<readonly WorkerState[]>;
  /** Does what an operator asks for, in every worker. */
  command(command: AdminCommand): Promise<CommandResult>;
}

/** One process that serves. */
export interface WorkerState {
  /** Unique among the workers, such as `0`. */
  readonly id: string;
  readonly pid: number;
  readonly uptimeMs: number;
  readonly proxy: ProxyState;
  readonly clusters: readonly ClusterView[];
}

/** What an operator may ask for. */
export type AdminCommand = EndpointCommand | PurgeCommand;

/** Changes what is set by hand at one endpoint; what is left out stays. */
export interface EndpointCommand {
  readonly type: 'endpoint';
  readonly cluster: string;
  readonly endpoint: string;
  /** Takes it out of the traffic, or back in. */
  readonly drained?: boolean;
  /** In place of the weight of discovery, 0–65,535; null gives that back. */
  readonly weight?: number | null;
  /** Ejects it for so long, in ms; 0 ends an ejection. */
  readonly ejectForMs?: number;
}

/** Drops cached responses: one of the fields says which. */
export interface PurgeCommand {
  readonly type: 'purge';
  /** `http://<cluster>/path?query`: all variants of it. */
  readonly url?: string;
  /** `http://<cluster>/path/`: all below it. */
  readonly prefix?: string;
  /** Those that carry the tag. */
  readonly tag?: string;
  /** Everything. */
  readonly all?: true;
}

/** What became of a command. */
export type CommandResult =
  | { readonly done: true; readonly stores?: number; readonly shared?: boolean }
  | { readonly done: false; readonly error: 'not-found' | 'bad-request'; readonly message: string };

/** One result of several workers: done when one of them could; the shared store is told when all say so. */
export function mergeResults(results: readonly CommandResult[]): CommandResult {
  const done = results.filter((result) => result.done);
  const [first] = results;
  if (first === undefined) return { done: false, error: 'not-found', message: 'no worker is running' };
  if (done.length === 0 || first.done === false) return done[0] ?? first;
  if (first.stores === undefined) return first;
  return { done: true, stores: first.stores, shared: done.every(({ shared }) => shared !== false) };
}
