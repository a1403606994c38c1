export {
  type AdminCommand,
  type AdminTarget,
  type CommandResult,
  type EndpointCommand,
  mergeResults,
  type PurgeCommand,
  type WorkerState,
} from './lib/admin/admin-target.ts';
export type { MetricsSource } from './lib/admin/api.ts';
export {
  type Admin,
  type AdminListenOptions,
  type AdminOptions,
  createAdmin,
} from './lib/admin/create-admin.ts';
export { type LocalTargetOptions, localTarget } from './lib/admin/local-target.ts';
export { maskSecrets } from './lib/admin/mask-secrets.ts';
export type { PurgeOutcome, PurgeStore } from './lib/admin/purge.ts';
export type { ClusterView, EndpointView, TierView } from './lib/admin/views.ts';
