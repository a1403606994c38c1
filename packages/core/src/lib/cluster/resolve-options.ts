import { type Clock, systemClock } from '../clock.ts';
import type { ClusterOptions, PanicOptions } from '../cluster-options.ts';
import { InvalidOptionsError } from '../errors.ts';
import { choiceOption, numberOption } from '../options.ts';
import type { Random } from '../random.ts';
import { resolveSlowStart, type SlowStart } from './slow-start.ts';

/** How the cluster splits traffic, with every option settled. */
export interface Settings {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly panicRatio: number;
  readonly panicMode: NonNullable<PanicOptions['mode']>;
  readonly overprovisioning: number;
  readonly zone: ZoneSettings | undefined;
  readonly slowStart: SlowStart | undefined;
}

export interface ZoneSettings {
  readonly local: string;
  readonly minEndpoints: number;
  readonly spillInFlight: number;
  readonly clientRatios: Readonly<Record<string, number>> | undefined;
}

/** @throws InvalidOptionsError naming the first option that is missing or out of its range */
export function resolveOptions(options: ClusterOptions): Settings {
  if (typeof options.name !== 'string' || options.name === '') {
    throw new InvalidOptionsError('name', options.name, 'a non-empty string');
  }
  if (typeof options.discovery?.watch !== 'function') {
    throw new InvalidOptionsError(
      'discovery',
      options.discovery,
      'a discovery, such as staticDiscovery([...])',
    );
  }
  if (typeof options.strategy?.pick !== 'function' || typeof options.strategy.update !== 'function') {
    throw new InvalidOptionsError(
      'strategy',
      options.strategy,
      'an object with update and pick, such as roundRobin()',
    );
  }
  // Made once for nothing: a limit with wrong options is to fail here, not when the first endpoint comes.
  options.concurrencyLimit?.();
  return {
    name: options.name,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    panicRatio: numberOption('panic.thresholdRatio', options.panic?.thresholdRatio, 0.5, { max: 1 }),
    panicMode: choiceOption('panic.mode', options.panic?.mode, 'failOpen', [
      'failOpen',
      'failClosed',
      'lastGood',
    ]),
    overprovisioning: numberOption(
      'priority.overprovisioningFactor',
      options.priority?.overprovisioningFactor,
      1.4,
      { min: 1 },
    ),
    zone: options.zone && resolveZone(options.zone),
    slowStart: options.slowStart && resolveSlowStart(options.slowStart),
  };
}

function resolveZone(zone: NonNullable<ClusterOptions['zone']>): ZoneSettings {
  if (typeof zone.local !== 'string' || zone.local === '') {
    throw new InvalidOptionsError('zone.local', zone.local, 'the non-empty name of a zone');
  }
  for (const [name, ratio] of Object.entries(zone.clientRatios ?? {})) {
    numberOption(`zone.clientRatios.${name}`, ratio, 0, { max: 1 });
  }
  return {
    local: zone.local,
    minEndpoints: numberOption('zone.minEndpoints', zone.minEndpoints, 6),
    spillInFlight: numberOption('zone.spillInFlight', zone.spillInFlight, Number.POSITIVE_INFINITY),
    clientRatios: zone.clientRatios,
  };
}
