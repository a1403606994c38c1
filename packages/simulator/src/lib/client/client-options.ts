import {
  type ClusterOptions,
  checkKeys,
  choiceOption,
  InvalidOptionsError,
  type KnownKeys,
  retryBudget,
  type SubsetOptions,
} from '@evenkeel/core';
import type { RequestPolicy } from '@evenkeel/http-client';
import type { Timeline } from '../timeline/timeline.ts';
import type { ClientModel, ClientSettings } from './client-model.ts';
import type { Questions } from './questions.ts';

const SETTINGS_KEYS: KnownKeys<ClientSettings> = {
  outlierDetection: true,
  panic: true,
  priority: true,
  slowStart: true,
  guard: true,
  concurrencyLimit: true,
  healthCheck: true,
  zoneAware: true,
  subset: true,
  discoveryDelayMs: true,
  hedge: true,
  perTryTimeoutMs: true,
  overallTimeoutMs: true,
  isFailure: true,
  loadReports: true,
  retry: true,
  retryBudget: true,
};
const MODEL_KEYS: KnownKeys<ClientModel> = {
  ...SETTINGS_KEYS,
  count: true,
  traffic: true,
  zone: true,
  keys: true,
  method: true,
};

const SUBSET_KEYS: KnownKeys<NonNullable<ClientSettings['subset']>> = { kind: true, size: true };

/** Which of how many clients of its kind one is. */
export interface ClientNumber {
  readonly index: number;
  readonly count: number;
}

/** @throws InvalidOptionsError naming a key that nobody reads, or keys that are none */
export function checkClientModel(field: string, model: ClientModel): void {
  checkKeys(field, model, MODEL_KEYS, 'an object with `traffic` and more');
  if (model.keys !== undefined && typeof model.keys !== 'function') {
    throw new InvalidOptionsError(
      `${field}.keys`,
      model.keys,
      'a function that draws a key: zipfKeys(1_000)',
    );
  }
}

/** @throws InvalidOptionsError naming a key that nobody reads */
export function checkClientSettings(field: string, settings: ClientSettings): void {
  checkKeys(field, settings, SETTINGS_KEYS);
}

/** The settings as `createCluster` takes them. */
export function clusterSettings(
  settings: ClientSettings,
  zone: string | undefined,
  number: ClientNumber,
  { checker }: Questions,
): Partial<ClusterOptions> {
  const { outlierDetection, panic, priority, slowStart, guard, concurrencyLimit } = settings;
  const { healthCheck, zoneAware, subset } = settings;
  return {
    ...(outlierDetection === undefined ? {} : { outlierDetection }),
    ...(panic === undefined ? {} : { panic }),
    ...(priority === undefined ? {} : { priority }),
    ...(slowStart === undefined ? {} : { slowStart }),
    ...(guard === undefined ? {} : { guard }),
    ...(concurrencyLimit === undefined ? {} : { concurrencyLimit }),
    ...(healthCheck === undefined ? {} : { healthCheck: { ...healthCheck, checker } }),
    ...(zoneAware === undefined ? {} : { zone: { ...zoneAware, local: zone ?? '' } }),
    ...(subset === undefined ? {} : { subset: subsetOptions(subset, number) }),
  };
}

/** The settings as `balance` takes them, with a budget on the virtual clock. */
export function requestPolicy(settings: ClientSettings, timeline: Timeline): RequestPolicy {
  const {
    hedge,
    perTryTimeoutMs,
    overallTimeoutMs,
    isFailure,
    loadReports,
    retry,
    retryBudget: budget,
  } = settings;
  return {
    ...(hedge === undefined ? {} : { hedge }),
    ...(perTryTimeoutMs === undefined ? {} : { perTryTimeoutMs }),
    ...(overallTimeoutMs === undefined ? {} : { overallTimeoutMs }),
    ...(isFailure === undefined ? {} : { isFailure }),
    ...(loadReports === undefined ? {} : { loadReports }),
    retry:
      retry === false
        ? false
        : { ...retry, budget: retryBudget({ ...budget, clock: timeline.callbackClock }) },
  };
}

function subsetOptions(
  subset: NonNullable<ClientSettings['subset']>,
  { index, count }: ClientNumber,
): SubsetOptions {
  checkKeys('subset', subset, SUBSET_KEYS);
  const { kind, size } = subset;
  const sized = size === undefined ? {} : { size };
  return choiceOption('subset.kind', kind, 'rendezvous', ['aperture', 'rendezvous']) === 'aperture'
    ? { ...sized, clientIndex: index, clientCount: count }
    : { ...sized, clientId: `client-${index}` };
}
