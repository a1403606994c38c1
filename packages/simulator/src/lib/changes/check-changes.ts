import { checkKeys, InvalidOptionsError, type KnownKeys, requiredNumber } from '@evenkeel/core';
import { endpointSettings } from '../endpoint/endpoint-settings.ts';
import type { Addition, Change, Removal, StateChange } from './change.ts';

const SET_KEYS: KnownKeys<StateChange> = { atMs: true, untilMs: true, endpoints: true, set: true };
const ADD_KEYS: KnownKeys<Addition> = { atMs: true, add: true };
const REMOVE_KEYS: KnownKeys<Removal> = { atMs: true, remove: true };

/**
 * Checks that each change is one of a kind, with endpoints that can be added. Whom it chooses is not looked at.
 *
 * @param isTaken whether an endpoint is called so already
 * @returns the ids that will be added
 * @throws InvalidOptionsError naming the field
 */
export function checkChanges(
  changes: readonly Change[],
  isTaken: (id: string) => boolean,
): readonly string[] {
  if (!Array.isArray(changes)) throw new InvalidOptionsError('changes', changes, 'a list of changes');
  const added: string[] = [];
  for (const [index, change] of changes.entries() as ArrayIterator<[number, Change]>) {
    const field = `changes[${index}]`;
    const models = checkKind(field, change);
    requiredNumber(`${field}.atMs`, change.atMs);
    for (const [position, model] of models.entries()) {
      endpointSettings(`${field}.add[${position}]`, model);
      const { id } = model;
      if (id === undefined) continue;
      if (isTaken(id) || added.includes(id)) {
        throw new InvalidOptionsError(`${field}.add[${position}].id`, id, 'one that no other endpoint has');
      }
      added.push(id);
    }
  }
  return added;
}

/** Returns what a change adds. */
function checkKind(field: string, change: Change): Addition['add'] {
  if (typeof change === 'object' && change !== null) {
    if ('add' in change) {
      checkKeys(field, change, ADD_KEYS);
      if (Array.isArray(change.add)) return change.add as Addition['add'];
      throw new InvalidOptionsError(`${field}.add`, change.add, 'a list of endpoints');
    }
    if ('remove' in change) {
      checkKeys(field, change, REMOVE_KEYS);
      return [];
    }
    if ('set' in change) {
      checkKeys(field, change, SET_KEYS);
      return [];
    }
  }
  throw new InvalidOptionsError(field, change, 'an object with `set`, `add` or `remove`');
}
