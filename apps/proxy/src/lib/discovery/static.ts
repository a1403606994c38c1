import { staticDiscovery } from '@evenkeel/core';
import { endpoint } from '../schema/endpoint.ts';
import { list } from '../schema/fields.ts';
import { discoveryDriver } from './driver.ts';
import { distinctEndpoints } from './endpoint-list.ts';

/** `static: [host:port, …]` */
export const staticDriver = discoveryDriver({
  schema: distinctEndpoints(list('Endpoints that never change.', 'endpoints', endpoint), 'static'),
  build: (endpoints) => staticDiscovery(endpoints),
});
