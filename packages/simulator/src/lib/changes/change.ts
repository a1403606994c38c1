import type { EndpointModel, EndpointState } from '../endpoint/endpoint-model.ts';

/** Endpoints by id. The first dependency calls its endpoints `t1-e0`, `t1-e1` …, the one below it `t2-e0` and so on. */
export type EndpointSelector =
  | string
  | readonly string[]
  | ((endpoint: { readonly id: string; readonly zone?: string }) => boolean);

/** Something that happens to endpoints, or to the registry, while requests go on. */
export type Change = StateChange | Removal | Addition;

interface Moment {
  /** In ms since the start. */
  readonly atMs: number;
}

/** Endpoints get other properties; those of the registry (weight, priority, zone) reach the clients as an update. */
export interface StateChange extends Moment {
  readonly endpoints: EndpointSelector;
  readonly set: EndpointState;
  /** When they get back what they had, in ms since the start. @default never */
  readonly untilMs?: number;
}

/** Endpoints leave the registry; what they are serving they finish. */
export interface Removal extends Moment {
  readonly remove: EndpointSelector;
}

/** Endpoints of the service that the clients ask start and enter the registry. */
export interface Addition extends Moment {
  readonly add: readonly EndpointModel[];
}
