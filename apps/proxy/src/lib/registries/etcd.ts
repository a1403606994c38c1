import { etcdDiscovery, etcdRegistrar } from '@evenkeel/discovery-etcd';
import type * as z from 'zod';
import { discoveryDriver } from '../discovery/driver.ts';
import { list, ms, object, pattern, text } from '../schema/fields.ts';
import { readTls, tls } from '../schema/tls.ts';
import { registrarDriver } from './registrar-driver.ts';

const ENDPOINT = '"http://host:port", "https://host:port" or "host:port"';

const place = {
  endpoints: list(
    'Members of one cluster.',
    ENDPOINT,
    pattern(
      'A member. Default port 2379.',
      /^(?:https?:\/\/)?(?:\[[\da-fA-F:.]+\]|[\w.-]+)(?::\d{1,5})?\/?$/,
      ENDPOINT,
    ),
  ),
  username: text('The name of a user.').exactOptional(),
  password: text('The password of that user.').exactOptional(),
  tls: tls.exactOptional(),
  service: pattern(
    'The name of the service.',
    /^[^/\p{Cc}]{1,255}$/u,
    '1 to 255 characters, no slash or control character',
  ),
  prefix: pattern(
    'Begins the keys. Default lb.',
    /^[^\p{Cc}]{0,255}$(?<!\/)/u,
    'up to 255 characters, no control character, no slash at the end',
  ).exactOptional(),
};

const discovery = discoveryDriver({
  schema: object('Endpoints that registered in etcd, by evenkeel or by gRPC naming.', {
    ...place,
    pingMs: ms('How often etcd is asked whether the watch missed anything. Default 5000.', {
      min: 10,
    }).exactOptional(),
    timeoutMs: ms('For connecting and each answer. Default 2000.', { min: 1 }).exactOptional(),
  }),
  build: (config, { baseDir }) => etcdDiscovery(withTls(config, baseDir)),
});

const registrar = registrarDriver({
  schema: object('Registers in etcd, under a lease.', place),
  build: (config, input, { baseDir }) => etcdRegistrar({ ...withTls(config, baseDir), ...input }),
});

/** etcd. */
export const etcd = { discovery, registrar };

type Place = z.output<z.ZodObject<typeof place>>;

function withTls<T extends Place>({ tls: files, ...same }: T, baseDir: string) {
  return files === undefined ? same : { ...same, tls: readTls(files, baseDir) };
}
