import type { ClusterControl } from '../cluster.ts';
import { MAX_WEIGHT } from '../endpoint.ts';
import { requiredNumber } from '../options.ts';
import type { Judgement } from './judgement.ts';
import type { Member } from './member.ts';

/**
 * The operator's hand on a cluster.
 *
 * @param find the listed member of an id
 * @param changed a member's state was changed by hand
 */
export function clusterControl(
  find: (id: string) => Member | undefined,
  judge: Judgement,
  changed: () => void,
): ClusterControl {
  const change = (id: string, apply: (member: Member) => void): boolean => {
    const member = find(id);
    if (member === undefined || member.removed) return false;
    apply(member);
    if (!member.serving) member.withdrawn = true;
    changed();
    return true;
  };

  return {
    drain: (id) =>
      change(id, (member) => {
        member.drained = true;
      }),
    resume: (id) =>
      change(id, (member) => {
        member.drained = false;
      }),
    setWeight(id, weight) {
      const checked =
        weight === undefined ? undefined : requiredNumber('weight', weight, { max: MAX_WEIGHT });
      return change(id, (member) => {
        member.weightOverride = checked;
      });
    },
    eject(id, durationMs) {
      requiredNumber('durationMs', durationMs, { min: 1 });
      return change(id, (member) => judge.eject(member, durationMs));
    },
    uneject: (id) => change(id, (member) => void judge.uneject(member)),
  };
}
