import type { PickContext } from '../balancer.ts';
import type { Random } from '../random.ts';
import type { Group } from './group.ts';
import type { GroupTable } from './group-table.ts';
import type { Member } from './member.ts';

const ANY: PickContext = Object.freeze({});

/**
 * Finds an endpoint when the strategy of the chosen group gave none that is allowed: in the same group, then in the other
 * groups, nearest priority first, and at last, rather than fail, among those already tried.
 *
 * @returns undefined when every endpoint is at its limit, or there is none
 */
export function chooseElsewhere(
  table: GroupTable,
  chosen: Group | undefined,
  context: PickContext,
  now: number,
  random: Random,
): Member | undefined {
  return firstAllowed(table, chosen, context, now, random) ?? firstAllowed(table, chosen, ANY, now, random);
}

function firstAllowed(
  table: GroupTable,
  chosen: Group | undefined,
  context: PickContext,
  now: number,
  random: Random,
): Member | undefined {
  const found = chosen && chooseInGroup(chosen, context, now, random);
  if (found !== undefined) return found;
  for (const group of table.groups) {
    const other = group === chosen ? undefined : chooseInGroup(group, context, now, random);
    if (other !== undefined) return other;
  }
  return undefined;
}

function chooseInGroup(group: Group, context: PickContext, now: number, random: Random): Member | undefined {
  if (group.members.length === 0) return undefined;
  const candidate = group.strategy.pick(context, now) as Member | undefined;
  // A strategy that declines has its reasons. One that names an endpoint which is not allowed gets a substitute.
  if (candidate === undefined || isAllowed(candidate, group, context)) return candidate;
  return substitute(group, context, random);
}

/** Whether the strategy's choice is one of its candidates, not excluded, and below its limit. */
export function isAllowed(candidate: Member, group: Group, context: PickContext): boolean {
  return (
    candidate.group === group &&
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
