import * as z from 'zod';
import { choice, count, flag, ms, number, object, ratio, text } from './fields.ts';

/** How suspicious news from a registry is treated. */
export const guard = object('What to make of suspicious news from a registry.', {
  onEmpty: choice('What an empty snapshot means. Default hold.', ['hold', 'accept', 'fail']).exactOptional(),
  emptyHoldMs: ms('Default 30000.').exactOptional(),
  emptyConfirmations: count('Default 2.').exactOptional(),
  emptyConfirmationGapMs: ms('Default 5000.').exactOptional(),
  massRemovalRatio: ratio('Share that may vanish in one step. Default 0.5.').exactOptional(),
  massRemovalMin: count('Default 3.').exactOptional(),
  massRemovalHoldMs: ms('Default 30000.').exactOptional(),
  resetHoldMs: ms('Default 30000.').exactOptional(),
  debounceMs: ms('Default 50.').exactOptional(),
  debounceMaxMs: ms('Default 250.').exactOptional(),
  flapLimit: count('Default 5.').exactOptional(),
  flapWindowMs: ms('Default 60000.').exactOptional(),
  flapPenaltyMs: ms('Default 5000.').exactOptional(),
  flapPenaltyMaxMs: ms('Default 60000.').exactOptional(),
  flapMinEndpoints: count('Default 1.').exactOptional(),
  keepAbsentHealthy: flag('Default false.').exactOptional(),
  maxStaleMs: ms('Default: never given up.').exactOptional(),
});

/** What to do when few endpoints are healthy. */
export const panic = object('What to do when few endpoints are healthy.', {
  thresholdRatio: ratio('Share of healthy endpoints below which to panic. Default 0.5.').exactOptional(),
  mode: choice('Default failOpen.', ['failOpen', 'failClosed', 'lastGood']).exactOptional(),
});

/** How load moves between priorities. */
export const priority = object('How load moves to the next priority.', {
  overprovisioningFactor: number('Default 1.4.', { min: 1 }).exactOptional(),
});

/** Preference for the own zone. */
export const zone = object('Keeps traffic in the own zone.', {
  local: text('The zone of this process.'),
  minEndpoints: count('Fewer turn the preference off. Default 6.').exactOptional(),
  spillInFlight: number('Requests in flight above which to spill. Default never.').exactOptional(),
  clientRatios: z
    .record(z.string(), ratio('Share of the clients.'), { error: 'an object of shares' })
    .describe('Share of the clients in each zone.')
    .exactOptional(),
});

const size = count('Endpoints each client uses. Default 12.', { min: 1 }).exactOptional();

/** Only some of many endpoints. */
export const subset = object('Uses only some of many endpoints: clientId, or clientIndex and clientCount.', {
  size,
  clientId: text('Any name that differs between clients.').exactOptional(),
  clientIndex: count('The number of this client, from 0.').exactOptional(),
  clientCount: count('How many clients there are.', { min: 1 }).exactOptional(),
}).refine(isSubset, { error: 'clientId, or clientIndex and clientCount' });

/** Warm-up of new endpoints. */
export const slowStart = object('Lets new endpoints warm up.', {
  windowMs: ms('Length of the warm-up.', { min: 1 }),
  minWeightRatio: ratio('Smallest share of the weight. Default 0.1.').exactOptional(),
  aggression: number('1 is linear. Default 1.', { min: 0.0001 }).exactOptional(),
});

function isSubset(
  value: Readonly<Record<'clientId' | 'clientIndex' | 'clientCount', unknown>> | object,
): boolean {
  const named = 'clientId' in value;
  const numbered = 'clientIndex' in value && 'clientCount' in value;
  const half = 'clientIndex' in value || 'clientCount' in value;
  return named ? !half : numbered;
}
