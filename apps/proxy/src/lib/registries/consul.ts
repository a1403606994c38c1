import { consulDiscovery, consulRegistrar } from '@evenkeel/discovery-consul';
import type * as z from 'zod';
import { discoveryDriver } from '../discovery/driver.ts';
import { choice, count, exactlyOne, list, ms, object, pattern, text } from '../schema/fields.ts';
import { readTls, tls } from '../schema/tls.ts';
import { registrarDriver } from './registrar-driver.ts';

const HEADER = '1 to 512 characters of ASCII without spaces';
const name = (description: string) =>
  pattern(description, /^(?!\.{1,2}$)[^\p{Cc}]{1,255}$/u, 'a name of 1 to 255 characters');
const header = (description: string) => pattern(description, /^[\x21-\x7e]{1,512}$/, HEADER);

const place = {
  address: text('The agent: host:port, a URL with http or https, or unix:///path/to/socket.'),
  token: header('Sent as X-Consul-Token.').exactOptional(),
  tls: tls.exactOptional(),
  namespace: header('Consul Enterprise. Default the token’s.').exactOptional(),
  partition: header('Consul Enterprise. Default the agent’s.').exactOptional(),
};

const discovery = discoveryDriver({
  schema: exactlyOne(
    object('What Consul knows of a service or a prepared query.', {
      ...place,
      service: name('The name of a service.').exactOptional(),
      query: name('The name or id of a prepared query.').exactOptional(),
      datacenter: text('Default the agent’s.').exactOptional(),
      datacenters: list(
        'Several, in order of preference: each has the next ten priorities.',
        'datacenters',
        text('A datacenter.'),
      ).exactOptional(),
      tags: list('Only endpoints that have all of these.', 'tags', text('A tag.'), {
        min: 0,
      }).exactOptional(),
      filter: text('A filter expression of Consul.').exactOptional(),
      consistency: choice('How current an answer must be. Default stale.', [
        'stale',
        'default',
        'consistent',
        'cached',
      ]).exactOptional(),
      waitMs: ms('How long a query waits for a change. Default 55000.', {
        min: 1_000,
        max: 600_000,
      }).exactOptional(),
      pollMs: ms('How often a prepared query is executed. Default 10000.', { min: 100 }).exactOptional(),
      pingMs: ms('How often the agent is asked whether it lives. Default 5000.', {
        min: 100,
      }).exactOptional(),
      timeoutMs: ms('For connecting and for each answer. Default 2000.', { min: 1 }).exactOptional(),
    }),
    ['service', 'query'],
  ),
  build: (config, { baseDir }) => consulDiscovery(withTls(config, baseDir)),
});

const registrar = registrarDriver({
  schema: object('Registers at a Consul agent.', {
    ...place,
    service: name('The name of the service.'),
    check: object('A check that Consul runs, instead of heartbeats.', {
      url: text('2xx passes, 429 is a warning.', 'a URL with http or https'),
      intervalMs: ms('Default 5000.', { min: 1_000 }).exactOptional(),
      timeoutMs: ms('Default 2000.', { min: 1 }).exactOptional(),
    }).exactOptional(),
    warningWeight: count('The weight while a check warns. Default 1.', { max: 65_535 }).exactOptional(),
    deregisterAfterMs: ms('After which Consul forgets a critical endpoint. Default 60000.', {
      min: 60_000,
    }).exactOptional(),
  }),
  build: (config, { address, ...input }, { baseDir }) =>
    consulRegistrar({ ...input, ...withTls(config, baseDir), endpoint: address }),
});

/** Consul. */
export const consul = { discovery, registrar };

type Place = z.output<z.ZodObject<typeof place>>;

function withTls<T extends Place>({ tls: files, ...same }: T, baseDir: string) {
  if (files === undefined) return same;
  const { servername, ...pem } = readTls(files, baseDir);
  return { ...same, tls: { ...pem, ...(servername !== undefined && { serverName: servername }) } };
}
