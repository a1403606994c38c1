import { isDeepStrictEqual } from 'node:util';
import { formatAddress } from '@evenkeel/core';
import { oneLine } from '../events/one-line.ts';
import type { Config } from '../schema/config.ts';

const MAX_NAMES = 5;

/** What is different in another configuration, in one line; undefined when nothing is. */
export function describeChanges(before: Config, after: Config): string | undefined {
  const { clusters: _1, listeners: _2, ...settings } = { ...before, ...after };
  const changes = [
    ...named('cluster', entriesOf(before.clusters), entriesOf(after.clusters)),
    ...named('listener', listenersOf(before), listenersOf(after)),
    ...Object.keys(settings)
      .filter((key) => !isDeepStrictEqual(before[key as keyof Config], after[key as keyof Config]))
      .map((key) => `${key} changed`),
  ];
  return changes.length === 0 ? undefined : oneLine(changes.join(', '));
}

/** What was added, removed or changed under names. */
function named(
  word: string,
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): string[] {
  const all = [...after];
  return [
    ...listed(
      word,
      'added',
      all.filter(([name]) => !before.has(name)),
    ),
    ...listed(
      word,
      'removed',
      [...before].filter(([name]) => !after.has(name)),
    ),
    ...listed(
      word,
      'changed',
      all.filter(([name, value]) => before.has(name) && !isDeepStrictEqual(before.get(name), value)),
    ),
  ];
}

function listed(word: string, what: string, entries: readonly (readonly [string, unknown])[]): string[] {
  if (entries.length === 0) return [];
  const shown = entries.slice(0, MAX_NAMES).map(([name]) => name);
  const rest = entries.length - shown.length;
  return [
    `${word}${entries.length === 1 ? '' : 's'} ${shown.join(' ')}${rest > 0 ? ` and ${rest} more` : ''} ${what}`,
  ];
}

function entriesOf(values: object): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(values));
}

function listenersOf({ listeners }: Config): ReadonlyMap<string, unknown> {
  return new Map(listeners.map((listener) => [formatAddress(listener.host ?? '*', listener.port), listener]));
}
