import type { Snapshot } from '../discovery.ts';

/**
 * Notices that a registry's store was reset (restarted empty, restored, failed over to a lagging replica): another epoch, or
 * a revision that goes back. The first snapshot, and one without these fields, is no reset.
 *
 * @returns a function that takes each snapshot and says whether it is the first after a reset
 */
export function resetDetector(): (snapshot: Pick<Snapshot, 'epoch' | 'revision'>) => boolean {
  let epoch: string | undefined;
  let revision: number | bigint | undefined;
  return (snapshot) => {
    const anotherEpoch = epoch !== undefined && snapshot.epoch !== undefined && snapshot.epoch !== epoch;
    const wentBack =
      revision !== undefined && snapshot.revision !== undefined && snapshot.revision < revision;
    epoch = snapshot.epoch ?? epoch;
    revision = snapshot.revision ?? revision;
    return anotherEpoch || wentBack;
  };
}
