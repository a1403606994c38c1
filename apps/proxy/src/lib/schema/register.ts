import type * as z from 'zod';
import type { RegistrarDriver } from '../registries/registrar-driver.ts';
import { registries } from '../registries/registry.ts';
import { address, endpointFields } from './endpoint.ts';
import { exactlyOne, list, ms, object, text } from './fields.ts';
import { httpCheck, tcpCheck } from './health.ts';

type RegistryKey = keyof typeof registries;

/** The keys of the registries that an endpoint can register in. */
export const REGISTRIES = Object.keys(registries) as RegistryKey[];

/** Where to listen, and for a client the machine that it runs on itself. */
const ANYWHERE = /^(?:0\.0\.0\.0|\[[0:]+\]):/;

const ready = object('When the command takes requests: by http or tcp. Default tcp.', {
  http: httpCheck.exactOptional(),
  tcp: tcpCheck.exactOptional(),
  address: address.describe('Where to ask, host:port. Default the registered address.').exactOptional(),
  intervalMs: ms('Between two checks. Default 200.', { min: 1 }).exactOptional(),
  timeoutMs: ms('A check that takes longer has failed. Default 2000.', { min: 1 }).exactOptional(),
  withinMs: ms(
    'A command that is not ready by then is stopped; 0 is no limit. Default 60000.',
  ).exactOptional(),
}).refine((value) => value.http === undefined || value.tcp === undefined, { error: 'only one of http, tcp' });

const drivers = byKey(REGISTRIES, (key) => {
  const { schema }: RegistrarDriver = registries[key].registrar;
  return schema.exactOptional();
});

/** Which endpoint is registered, and where. */
const register = exactlyOne(
  object('Which endpoint is registered, and in which registry.', {
    ...drivers,
    address: address
      .refine((value) => !ANYWHERE.test(value), {
        error: '"host:port" that clients can connect to, not what the command listens on',
      })
      .describe('Where clients find the command, host:port or [v6]:port.'),
    ...endpointFields,
    version: text('Of the program; clients see it as metadata version.').exactOptional(),
    tags: list('Clients see them as metadata tags.', 'tags', text('A tag.'), { min: 0 }).exactOptional(),
    ttlMs: ms('How long the registry keeps an endpoint without heartbeats. Default 15000.', {
      min: 300,
      max: 86_400_000,
    }).exactOptional(),
    timeoutMs: ms('Limit of each call to the registry. Default 2000, Consul 10000.', {
      min: 1,
      max: 600_000,
    }).exactOptional(),
    drainDelayMs: ms('From the deregistration to SIGTERM. Default 2000.', {
      max: 86_400_000,
    }).exactOptional(),
    ready: ready.exactOptional(),
    shutdown: object('What follows SIGTERM.', {
      graceMs: ms('From SIGTERM to SIGKILL. Default 10000.', { max: 86_400_000 }).exactOptional(),
    }).exactOptional(),
  }),
  REGISTRIES,
);

/** The whole file of `evenkeel register`. */
export const registerFile = object('Registers a command: evenkeel register --config FILE -- COMMAND.', {
  register,
});

export type RegisterConfig = z.output<typeof register>;
export type ReadyConfig = z.output<typeof ready>;

function byKey<K extends string, V>(keys: readonly K[], make: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, V>;
}
