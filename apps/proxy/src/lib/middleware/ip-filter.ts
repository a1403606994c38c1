import { ipFilter } from '@evenkeel/proxy/middleware';
import { peer } from '../schema/address.ts';
import { list, object } from '../schema/fields.ts';
import { middlewareDriver } from './driver.ts';

const networks = (description: string) =>
  list(description, 'IP addresses and networks', peer('An address or a network.'));

/** Who may ask, by address. */
export const ipFilterDriver = middlewareDriver({
  schema: object('Answers 403 to clients by their address.', {
    allow: networks('Who may pass; with it all others may not. Default everybody.').exactOptional(),
    deny: networks('Who may not pass, also where allow has them. Default nobody.').exactOptional(),
  }),
  build: (config) => ipFilter(config),
});
