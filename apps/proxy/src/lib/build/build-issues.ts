import { dirname } from 'node:path';
import { checkListenOptions } from '@evenkeel/proxy';
import { type ConfigIssue, formatPath } from '../config/config-error.ts';
import type { ParsedConfig } from '../config/load-config.ts';
import { type MiddlewareConfig, middlewareNames } from '../middleware/registry.ts';
import { tryPolicy } from '../schema/policy.ts';
import { buildListener } from './listener.ts';
import { omit } from './omit.ts';
import { PROXY_OPTIONS } from './parts.ts';
import { pick } from './pick.ts';
import {
  tryAll,
  tryCache,
  tryClient,
  tryCluster,
  tryMiddleware,
  tryProxy,
  tryRoute,
  tryTcp,
} from './trial.ts';
import { OptionError, within } from './within.ts';

/** A route is none without one of them. */
const ACTIONS = ['cluster', 'split', 'redirect', 'respond'] as const;
const POLICY = Object.keys(tryPolicy) as (keyof typeof tryPolicy)[];

/**
 * Finds what only the parts themselves can check, by building them and taking them down again: nothing is asked of a
 * registry and no port is bound. What fails as a whole is built again part by part, and a part setting by setting, to name all
 * that is wrong: with thousands of routes that takes many times as long as the whole.
 */
export async function buildIssues(parsed: ParsedConfig): Promise<ConfigIssue[]> {
  const { file, config, map } = parsed;
  if (parsed.issues.length === 0 && (await isSound(parsed))) return [];
  const issues = new Map<string, ConfigIssue>();
  /** Whether the part could be built. */
  const attempt = async (path: readonly PropertyKey[], make: () => Promise<void>): Promise<boolean> => {
    try {
      await make();
      return true;
    } catch (error) {
      const refused = refusal(path, error);
      const issue = {
        position: map.valueAt(refused.path),
        path: formatPath(refused.path),
        message: refused.message,
      };
      issues.set(`${issue.path} ${issue.message}`, issue);
      return false;
    }
  };
  const attemptEach = async <T extends object>(
    path: readonly PropertyKey[],
    whole: T,
    make: (options: T) => Promise<void>,
    always: readonly (keyof T)[] = [],
  ): Promise<void> => {
    if (await attempt(path, () => make(whole))) return;
    for (const key of Object.keys(whole) as (keyof T)[]) {
      await attempt(path, () => make(pick(whole, [...always, key]) as T));
    }
  };

  const attemptMiddleware = async (
    path: readonly PropertyKey[],
    settings: MiddlewareConfig,
  ): Promise<void> => {
    const sources = { baseDir: dirname(file), dry: true, clusters: config.clusters, onError: () => {} };
    for (const name of middlewareNames) {
      if (settings[name] === undefined || settings[name] === false) continue;
      await attempt(path, () => tryMiddleware({ [name]: settings[name] }, sources));
    }
  };

  for (const [name, cluster] of Object.entries(config.clusters)) {
    await attemptEach([], cluster, (part) => tryCluster(name, part, file), ['discovery']);
  }
  for (const [index, listener] of config.listeners.entries()) {
    await attempt(['listeners', index], () => checkListenOptions(buildListener(listener, file)));
    const { tcp } = listener;
    if (tcp) await attemptEach(['listeners', index, 'tcp'], tcp, tryTcp, ['cluster', 'serverNames']);
  }
  for (const [index, route] of config.routes.entries()) {
    const { cache, ...rest } = omit(route, middlewareNames);
    await attemptEach(['routes', index], pick(route, POLICY), tryClient);
    await attemptMiddleware(['routes', index], route);
    const others = (Object.keys(rest) as (keyof typeof rest)[]).filter(
      (key) => !Object.hasOwn(tryPolicy, key),
    );
    await attemptEach(['routes', index], pick(rest, others), tryRoute, ['match', ...ACTIONS]);
    if (cache !== undefined) {
      await attemptEach(['routes', index, 'cache'], cache, (part) => tryCache(part, file));
    }
  }
  await attemptMiddleware([], config);
  await attemptEach(['client'], config.client ?? {}, tryClient);
  const { client: _, ...own } = pick(config, PROXY_OPTIONS);
  await attemptEach([], own, tryProxy);
  if (issues.size === 0 && parsed.issues.length === 0) {
    await attempt([], () => tryAll(parsed));
  }
  return [...issues.values()];
}

/** Whether the whole can be built. */
async function isSound(parsed: ParsedConfig): Promise<boolean> {
  try {
    for (const listener of parsed.config.listeners) {
      await checkListenOptions(buildListener(listener, parsed.file));
      if (listener.tcp) await tryTcp(listener.tcp);
    }
    for (const route of parsed.config.routes) {
      // No client is made for it.
      if (route.cluster === undefined && route.split === undefined) await tryClient(pick(route, POLICY));
    }
    await tryAll(parsed);
    return true;
  } catch {
    return false;
  }
}

/** @throws the error itself when it is no refusal of an option */
function refusal(path: readonly PropertyKey[], error: unknown): OptionError {
  try {
    within(path, () => {
      throw error;
    });
  } catch (placed) {
    if (placed instanceof OptionError) return placed;
    throw placed;
  }
  throw error;
}
