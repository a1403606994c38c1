import { Readable } from 'node:stream';
import { checkKeys, numberOption, type Random } from '@evenkeel/core';
import type { WithRequestSettings } from '@evenkeel/http-client';
import type { Dispatcher } from 'undici';
import type { RequestBody } from '../exchange.ts';
import type { RoutedRequest } from '../middleware/middleware.ts';
import { copyBody } from './copy-body.ts';

/** A copy of requests for another cluster. */
export interface MirrorOptions {
  /** The name of the cluster. */
  readonly cluster: string;
  /** Share of the requests that are copied, 0–1. @default 1 */
  readonly ratio?: number;
  /** Requests with a longer body are not copied, in bytes. @default 65_536 */
  readonly maxBodyBytes?: number;
}

/** A request was copied to another cluster, and this became of the copy. */
export interface MirrorEnded {
  readonly type: 'mirrorEnded';
  readonly route: string | undefined;
  readonly cluster: string;
  /** Undefined when there was no answer. */
  readonly status: number | undefined;
  readonly error: unknown;
}

/** Copies a request that is about to be sent. Returns the body that is to be sent in place of the request's. */
export type Mirror = (request: RoutedRequest) => RequestBody | undefined;

const KEYS = { cluster: true, ratio: true, maxBodyBytes: true } as const;
/** What the cluster of the copy must not be held up by: nobody waits for its answers. */
const SETTINGS: WithRequestSettings['evenkeel'] = { retry: false, hedge: false, overallTimeoutMs: 30_000 };

/** What copies are made with. */
export interface MirrorContext {
  readonly dispatch: Dispatcher['dispatch'];
  readonly random: Random;
  /** Told of every copy. */
  ended(event: MirrorEnded): void;
}

/**
 * Makes what copies requests to another cluster. The copy goes when the whole body is known and nobody waits for it; a request that
 * ends before that, or whose body is too long, is not copied.
 *
 * @throws InvalidOptionsError naming the field
 */
export function mirror(
  options: MirrorOptions,
  { dispatch, random, ended }: MirrorContext,
  field: string,
): Mirror {
  checkKeys(field, options, KEYS);
  const { cluster } = options;
  const ratio = numberOption(`${field}.ratio`, options.ratio, 1, { max: 1 });
  const limit = numberOption(`${field}.maxBodyBytes`, options.maxBodyBytes, 65_536, { integer: true });
  return (request) => {
    if (request.exchange.upgrade !== undefined || random() >= ratio) return request.body;
    const { method, path, route } = request;
    const headers = [...request.headers.raw];
    const send = (body: Buffer | undefined): void => {
      let status: number | undefined;
      let told = false;
      const end = (error?: unknown): void => {
        if (told) return;
        told = true;
        ended({ type: 'mirrorEnded', route, cluster, status, error });
      };
      const options: Dispatcher.DispatchOptions & WithRequestSettings = {
        origin: `http://${cluster}`,
        path,
        method,
        headers,
        body: body === undefined ? null : Readable.from([body]),
        evenkeel: SETTINGS,
      };
      try {
        dispatch(options, {
          onRequestStart() {},
          onResponseStart(_controller, code) {
            status = code;
          },
          onResponseData() {},
          onResponseEnd: () => end(),
          onResponseError: (_controller, error) => end(error),
        });
      } catch (error) {
        end(error);
      }
    };
    if (request.body === undefined) {
      send(undefined);
      return undefined;
    }
    return copyBody(request.body, limit, send);
  };
}
