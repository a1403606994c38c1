import {
  checkKeys,
  choiceOption,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
  toEndpoint,
} from '@evenkeel/core';
import { type Distribution, toDistribution } from '../distributions.ts';
import type {
  AntagonistModel,
  ColdStartModel,
  EndpointModel,
  EndpointState,
  FailureModel,
} from './endpoint-model.ts';

/** A checked {@link EndpointModel} with every default filled in. */
export interface EndpointSettings {
  readonly weight: number;
  readonly priority: number;
  readonly zone: string | undefined;
  readonly service: Distribution;
  readonly concurrency: number;
  readonly maxQueue: number;
  readonly cores: number;
  readonly failureRatio: number;
  readonly failure: { readonly statusCode: number; readonly service: Distribution };
  readonly condition: 'serving' | 'refusing' | 'frozen';
  readonly coldStart: ColdStartModel;
  readonly antagonist: AntagonistModel | undefined;
  readonly loadReports: boolean;
}

const STATE_KEYS: KnownKeys<EndpointState> = {
  weight: true,
  priority: true,
  zone: true,
  service: true,
  concurrency: true,
  maxQueue: true,
  cores: true,
  failureRatio: true,
  failure: true,
  condition: true,
  coldStart: true,
  antagonist: true,
  loadReports: true,
};
const MODEL_KEYS: KnownKeys<EndpointModel> = { ...STATE_KEYS, id: true };
const FAILURE_KEYS: KnownKeys<FailureModel> = { statusCode: true, service: true };
const COLD_START_KEYS: KnownKeys<ColdStartModel> = { windowMs: true, factor: true };
const ANTAGONIST_KEYS: KnownKeys<AntagonistModel> = {
  busyMs: true,
  idleMs: true,
  cores: true,
  phaseRatio: true,
};
const ALWAYS_WARM: ColdStartModel = { windowMs: 0, factor: 1 };

/**
 * Checks a model.
 *
 * @throws InvalidOptionsError naming the field
 */
export function endpointSettings(field: string, model: EndpointModel): EndpointSettings {
  checkKeys(field, model, MODEL_KEYS, 'an object with `service` and more');
  return settingsOf(field, model);
}

/**
 * Checks a change, and applies it to the model.
 *
 * @throws InvalidOptionsError naming the field
 */
export function changedSettings(field: string, model: EndpointModel, set: EndpointState): EndpointSettings {
  checkKeys(field, set, STATE_KEYS, 'an object with what changes');
  if (set.cores !== undefined && Number.isFinite(set.cores) !== Number.isFinite(model.cores)) {
    throw new InvalidOptionsError(
      `${field}.cores`,
      set.cores,
      'a number where the endpoint has one, and none elsewhere',
    );
  }
  return settingsOf(field, { ...model, ...set });
}

function settingsOf(field: string, model: EndpointModel): EndpointSettings {
  const { zone, failure = {}, coldStart = ALWAYS_WARM, antagonist, loadReports = false } = model;
  checkKeys(`${field}.failure`, failure, FAILURE_KEYS);
  checkKeys(`${field}.coldStart`, coldStart, COLD_START_KEYS);
  // What the registry lists is checked as core checks it.
  const { weight, priority } = toEndpoint(
    { host: 'e', port: 80, weight: model.weight ?? 1, priority: model.priority ?? 0 },
    field,
  );
  if (zone !== undefined && typeof zone !== 'string') {
    throw new InvalidOptionsError(`${field}.zone`, zone, 'the name of a zone');
  }
  const cores = numberOption(`${field}.cores`, model.cores, Number.POSITIVE_INFINITY, { min: 0.01 });
  if (antagonist !== undefined && cores === Number.POSITIVE_INFINITY) {
    throw new InvalidOptionsError(
      `${field}.cores`,
      model.cores,
      'a number, of which the antagonist takes some',
    );
  }
  if (antagonist !== undefined) checkAntagonist(`${field}.antagonist`, antagonist);
  const service = toDistribution(`${field}.service`, model.service);
  const infinite = { min: 1, integer: false };
  return {
    weight,
    priority,
    zone,
    service,
    concurrency: numberOption(`${field}.concurrency`, model.concurrency, Number.POSITIVE_INFINITY, infinite),
    maxQueue: numberOption(`${field}.maxQueue`, model.maxQueue, Number.POSITIVE_INFINITY),
    cores,
    failureRatio: numberOption(`${field}.failureRatio`, model.failureRatio, 0, { max: 1 }),
    failure: {
      statusCode: numberOption(`${field}.failure.statusCode`, failure.statusCode, 500, {
        min: 200,
        max: 599,
        integer: true,
      }),
      service:
        failure.service === undefined ? service : toDistribution(`${field}.failure.service`, failure.service),
    },
    condition: choiceOption(`${field}.condition`, model.condition, 'serving', [
      'serving',
      'refusing',
      'frozen',
    ]),
    coldStart: {
      windowMs: numberOption(`${field}.coldStart.windowMs`, coldStart.windowMs, 0),
      factor: numberOption(`${field}.coldStart.factor`, coldStart.factor, 1, { min: 1 }),
    },
    antagonist,
    loadReports,
  };
}

/** Checks one before it starts, which may be much later. */
function checkAntagonist(field: string, model: AntagonistModel): void {
  checkKeys(field, model, ANTAGONIST_KEYS, 'an object with `busyMs`, `idleMs` and `cores`');
  toDistribution(`${field}.busyMs`, model.busyMs);
  toDistribution(`${field}.idleMs`, model.idleMs);
  toDistribution(`${field}.cores`, model.cores);
  numberOption(`${field}.phaseRatio`, model.phaseRatio, 0, { max: 1 });
}
