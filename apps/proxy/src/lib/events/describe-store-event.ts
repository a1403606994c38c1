import type { StoreEvent } from '@evenkeel/cache';
import { errorText } from './failure.ts';
import { oneLine } from './one-line.ts';

/** One line for what an operator should know of the store of a cache; undefined for the rest. */
export function describeStoreEvent(event: StoreEvent): string | undefined {
  switch (event.type) {
    case 'storeDown':
      return oneLine(
        `cache in ${event.store}: left alone until it answers again (${errorText(event.error)})`,
      );
    case 'storeRecovered':
      return oneLine(`cache in ${event.store}: in use again after ${Math.round(event.downMs)} ms`);
    default:
      return undefined;
  }
}
