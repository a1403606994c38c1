import { staticDiscovery } from '@evenkeel/core';
import { endpoint } from '../schema/endpoint.ts';
import { list } from '../schema/fields.ts';
import { discoveryDriver } from './driver.ts';

/** `static: [host:port, …]` */
export const staticDriver = discoveryDriver({
  schema: list('Endpoints that never change.', endpoint),
  build: (endpoints) => staticDiscovery(endpoints),
});
