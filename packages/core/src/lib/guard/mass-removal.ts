import type { GuardSettings } from './resolve-guard-options.ts';

/**
 * Whether so many endpoints vanished in one step that the registry, not the service, is the likely cause: the idea
 * of Eureka's self-preservation, applied by the client.
 *
 * @param vanished those that left without deregistering
 * @param before how many the registry listed before
 */
export function isMassRemoval(
  vanished: number,
  before: number,
  settings: Pick<GuardSettings, 'massRemovalRatio' | 'massRemovalMin'>,
): boolean {
  return vanished > 0 && vanished >= settings.massRemovalMin && vanished > before * settings.massRemovalRatio;
}
