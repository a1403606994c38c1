import type { PickContext } from '../balancer.ts';
import type { Random } from '../random.ts';
import type { Division } from './division.ts';
import type { Group } from './group.ts';
import type { Member } from './member.ts';
import type { Settings } from './resolve-options.ts';

/** A pick whose strategy gave nobody that is allowed. */
export interface OpenChoice {
  readonly division: Division;
  readonly settings: Settings;
  /** The group that was chosen first. */
  readonly group: Group | undefined;
  readonly context: PickContext;
  readonly now: number;
}

/**
 * Finds an endpoint in the same group, then in the other groups, nearest priority first; then, for a request that was tried
 * on all of those, among the ejected and the unhealthy; and at last, rather than fail, among those already tried.
 *
 * @returns undefined when every endpoint is at its limit, or there is none
 */
export function chooseElsewhere(choice: OpenChoice): Member | undefined {
  const { context, settings, division } = choice;
  const allowed = firstAllowed(choice);
  if (allowed !== undefined || context.exclude === undefined || context.exclude.size === 0) return allowed;
  const spare =
    settings.panicMode === 'failClosed' ? undefined : untried(division.serving(), context.exclude);
  if (spare !== undefined) return spare;
  const { exclude: _, ...anybody } = context;
  return firstAllowed({ ...choice, context: anybody });
}

function firstAllowed(choice: OpenChoice): Member | undefined {
  const { division, group, context, now, settings } = choice;
  const found = group && chooseInGroup(group, context, now, settings.random);
  if (found !== undefined) return found;
  for (const other of division.table.groups) {
    const member = other === group ? undefined : chooseInGroup(other, context, now, settings.random);
    if (member !== undefined) return member;
  }
  return undefined;
}

/** One that is out, and was not tried: ejected rather than unhealthy, as that verdict is the less certain. */
function untried(serving: readonly Member[], exclude: ReadonlySet<string>): Member | undefined {
  let best: Member | undefined;
  for (const member of serving) {
    if (member.group !== undefined && !member.withdrawn) continue;
    if (member.full || exclude.has(member.endpoint.id)) continue;
    if (best === undefined || rank(member) < rank(best)) best = member;
  }
  return best;
}

function rank(member: Member): number {
  return (member.unhealthy ? 1_000_000 : 0) + member.inFlight;
}

function chooseInGroup(group: Group, context: PickContext, now: number, random: Random): Member | undefined {
  if (group.members.length === 0) return undefined;
  const candidate = group.strategy.pick(context, now) as Member | undefined;
  // A strategy that declines has its reasons. One that names an endpoint which is not allowed gets a substitute.
  if (candidate === undefined || isAllowed(candidate, group, context)) return candidate;
  return substitute(group, context, random);
}

/** Whether the strategy's choice is one of its candidates, not withdrawn since, not excluded, and below its limit. */
export function isAllowed(candidate: Member, group: Group, context: PickContext): boolean {
  return (
    candidate.group === group &&
    !candidate.withdrawn &&
    (context.exclude === undefined || !context.exclude.has(candidate.endpoint.id)) &&
    !candidate.full
  );
}

/** The less loaded of the first two allowed endpoints after a random start. */
function substitute(group: Group, context: PickContext, random: Random): Member | undefined {
  const { members } = group;
  const start = Math.floor(random() * members.length);
  let first: Member | undefined;
  for (let i = 0; i < members.length; i++) {
    const member = members[(start + i) % members.length];
    if (member === undefined || !isAllowed(member, group, context)) continue;
    if (first === undefined) first = member;
    else return member.inFlight / member.weight < first.inFlight / first.weight ? member : first;
  }
  return first;
}
