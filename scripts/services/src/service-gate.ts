import { externalService, variableOf } from './external-service.ts';
import { locateProgram, type ProgramName } from './programs.ts';
import { RECIPES } from './recipes.ts';
import type { ServiceKind } from './service.ts';

/** Whether a suite that needs a server can run. */
export interface ServiceGate {
  /** For `describe.skipIf`. */
  readonly skipped: boolean;
  /** The suite's name: the server's kind, or `SKIPPED` with the reason. */
  readonly title: string;
}

/** What a suite does with its server. */
export interface RequireServiceOptions {
  /**
   * Whether it kills, pauses or restarts the server: an address from the environment will not do then.
   * @default false
   */
  readonly control?: boolean;
}

/**
 * Says whether a real server can be had, fetching it when it is not in the cache.
 *
 * @throws Error when it cannot be had and `CI` is `true`: there a missing server is a failure
 */
export async function serviceGate(
  kind: ServiceKind,
  { control = false }: RequireServiceOptions = {},
): Promise<ServiceGate> {
  return gateOf(kind, await missing(kind, control));
}

/**
 * Says whether programs can be had, fetching them when they are not in the cache.
 *
 * @throws Error when one cannot be had and `CI` is `true`
 */
export async function programGate(...names: readonly ProgramName[]): Promise<ServiceGate> {
  let reason: string | undefined;
  for (const name of names) {
    try {
      await locateProgram(name);
    } catch (error) {
      reason ??= (error as Error).message;
    }
  }
  return gateOf(names.join(', '), reason);
}

function gateOf(what: string, reason: string | undefined): ServiceGate {
  if (reason === undefined) return { skipped: false, title: `real ${what}` };
  if (process.env.CI === 'true') throw new Error(`${what} is missing: ${reason}`);
  const title = `real ${what}: SKIPPED, ${reason}`;
  console.warn(title);
  return { skipped: true, title };
}

async function missing(kind: ServiceKind, control: boolean): Promise<string | undefined> {
  if (externalService(kind) !== undefined) {
    return control ? `${variableOf(kind)} names a server that is not for the tests to stop` : undefined;
  }
  try {
    await RECIPES[kind].locate();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
