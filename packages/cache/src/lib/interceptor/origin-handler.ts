import type { Dispatcher } from 'undici';
import type { ForwardReason } from '../http/cache-status.ts';
import { freshened, validates } from '../http/conditional.ts';
import { type Fields, fieldValue } from '../http/fields.ts';
import type { CacheSlot } from '../store/cache-store.ts';
import type { StoredResponse } from '../store/stored-response.ts';
import { BodyRecorder } from './body-recorder.ts';
import type { CacheSettings } from './cache-options.ts';
import type { CacheRequest } from './cache-request.ts';
import type { Downstream } from './downstream.ts';
import type { Landing } from './flights.ts';
import { mayServeOnError } from './judge.ts';
import { makeStored, type ResponseHead } from './make-stored.ts';
import { answerWith, forwardHead } from './responses.ts';

type Controller = Dispatcher.DispatchController;
type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** One request to the origin. */
export interface OriginRequest {
  readonly request: CacheRequest;
  readonly slot: CacheSlot;
  readonly settings: CacheSettings;
  readonly downstream: Downstream;
  readonly reason: ForwardReason;
  /** The stored response that is being validated. */
  readonly stored: StoredResponse | undefined;
  /** Tells once how it ended for others. */
  readonly land: (landing: Landing) => void;
  /** Asks again, without conditions: a 304 spoke of another response. */
  readonly refetch: () => void;
}

/** What becomes of the response. */
type Outcome = 'pending' | 'forwarded' | 'validated' | 'staleServed' | 'refetched' | 'upgraded';

/** Hands a response on, stores it, or answers with the stored one that it confirms or that stands in for it. */
export class OriginHandler implements Dispatcher.DispatchHandler {
  private readonly parts: OriginRequest;
  private readonly requestAt: number;
  private outcome: Outcome = 'pending';
  private update: ResponseHead | undefined;
  private failedStatus: number | undefined;
  private recorder: BodyRecorder | undefined;
  /** URLs visited so far; an interceptor below that follows redirects adds to it. */
  private history: readonly unknown[] | undefined;

  constructor(parts: OriginRequest) {
    this.parts = parts;
    this.requestAt = parts.settings.now();
  }

  onRequestStart(controller: Controller, context: { history?: unknown[] } | null): void {
    this.history = context?.history;
    this.parts.downstream.controller.upstream = controller;
    this.parts.downstream.controller.attach(controller);
    this.parts.downstream.start(context);
  }

  onBodySent(chunk: Buffer): void {
    this.parts.downstream.handler.onBodySent?.(chunk);
  }

  onRequestSent(): void {
    this.parts.downstream.handler.onRequestSent?.();
  }

  onResponseStarted(): void {
    this.parts.downstream.handler.onResponseStarted?.();
  }

  onRequestUpgrade(
    ...[, status, headers, socket]: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestUpgrade']>>
  ): void {
    const { downstream, land } = this.parts;
    this.outcome = 'upgraded';
    land({ kind: 'unshared' });
    downstream.handler.onRequestUpgrade?.(downstream.controller, status, headers, socket);
  }

  onResponseStart(_controller: Controller, status: number, headers: Headers, message = ''): void {
    const { downstream, stored, request, settings } = this.parts;
    const fields = headers as Fields;
    if (status < 200) {
      downstream.head(status, fields, message);
      return;
    }
    const times = { requestAt: this.requestAt, responseAt: settings.now() };
    const head: ResponseHead = { status, message, fields, times };
    if (stored !== undefined && status === 304) {
      this.outcome = validates(fields, stored.headers) && !this.redirected ? 'validated' : 'refetched';
      this.update = head;
    } else if (
      stored !== undefined &&
      isOutage(status) &&
      mayServeOnError(stored, request.directives, settings.now())
    ) {
      this.outcome = 'staleServed';
      this.failedStatus = status;
    } else {
      this.forward(head);
    }
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (this.outcome !== 'forwarded') return;
    if (this.recorder?.add(chunk) === false) {
      this.recorder = undefined;
      this.parts.land({ kind: 'unshared' });
    }
    this.parts.downstream.data(chunk);
  }

  onResponseEnd(_controller: Controller, trailers: Headers): void {
    const { downstream } = this.parts;
    if (this.outcome === 'forwarded') {
      this.store();
      downstream.end(trailers as Fields);
      return;
    }
    downstream.controller.attach(undefined);
    if (this.outcome === 'validated') this.answerValidated();
    else if (this.outcome === 'refetched') this.parts.refetch();
    else this.answerStale();
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    const { downstream, stored, request, settings, land } = this.parts;
    const { aborted } = downstream.controller;
    downstream.controller.attach(undefined);
    const usable = stored !== undefined && !aborted && !downstream.answered;
    if (usable && mayServeOnError(stored, request.directives, settings.now())) {
      this.answerStale();
      return;
    }
    land({ kind: aborted ? 'abandoned' : 'failed' });
    downstream.fail(error);
  }

  /** Whether another URL gave the response: it is not this one's then. */
  private get redirected(): boolean {
    return (this.history?.length ?? 0) > 1;
  }

  private forward(head: ResponseHead): void {
    const { downstream, slot, request, settings, reason, land, stored } = this.parts;
    this.outcome = 'forwarded';
    const made =
      this.redirected || request.method !== 'GET' ? undefined : makeStored(request.fields, head, settings);
    const length = fieldValue(head.fields, 'content-length');
    const fits = length === undefined || Number(length) <= settings.store.maxEntryBytes;
    if (made !== undefined && fits) {
      this.recorder = new BodyRecorder(made, length, settings.store.maxEntryBytes);
    } else {
      land({ kind: isOutage(head.status) ? 'failed' : 'unshared' });
      if (stored !== undefined) this.dropStored(head);
    }
    const status = {
      fwd: reason,
      fwdStatus: head.status,
      stored: this.recorder !== undefined && slot.storable,
    };
    forwardHead(downstream, head, settings, status);
  }

  private store(): void {
    const { slot, settings, land } = this.parts;
    const bare = this.recorder?.finish();
    if (bare === undefined) {
      land({ kind: 'failed' });
      return;
    }
    settings.store.put(slot, bare);
    land({ kind: 'stored', response: { ...bare, tags: [] } });
  }

  /** A stored response that the origin has replaced by one that may not be stored is of no use to anyone. */
  private dropStored({ status, fields }: ResponseHead): void {
    const { stored, request, settings } = this.parts;
    if (isOutage(status)) return;
    const sameBody =
      request.method === 'HEAD' &&
      status === stored?.statusCode &&
      validates(fields, stored.headers) &&
      (fieldValue(fields, 'content-length') ?? `${stored.body.length}`) === `${stored.body.length}`;
    if (!sameBody) void settings.store.purge(request.origin, request.path);
  }

  private answerValidated(): void {
    const { stored, slot, settings, request, downstream, reason, land } = this.parts;
    if (stored === undefined || this.update === undefined) return;
    const headers = freshened(stored.headers, this.update.fields);
    const { times } = this.update;
    const age = this.update.fields.age;
    // Its age counts from the 304 on, whose own Age says where it comes from.
    const fields = age === undefined ? headers : { ...headers, age };
    const made = makeStored(
      request.fields,
      { status: stored.statusCode, message: stored.statusMessage, fields, times },
      settings,
    );
    const policy = made ?? { ...stored, headers, cachedAt: times.responseAt };
    const response = { ...policy, tags: stored.tags, body: stored.body };
    if (made === undefined) void settings.store.purge(request.origin, request.path);
    else settings.store.put(slot, response);
    land(made === undefined ? { kind: 'unshared' } : { kind: 'stored', response });
    answerWith(downstream, request, response, settings, {
      fwd: reason,
      fwdStatus: 304,
      stored: made !== undefined,
    });
  }

  private answerStale(): void {
    const { stored, settings, request, downstream, reason, land } = this.parts;
    if (stored === undefined) return;
    // Those who wait find the stale response as well, and the origin as it is.
    land({ kind: 'failed' });
    const failed = this.failedStatus === undefined ? {} : { fwdStatus: this.failedStatus };
    answerWith(downstream, request, stored, settings, { fwd: reason, ...failed, detail: 'stale-if-error' });
  }
}

/** Statuses that stand for an origin that cannot answer: RFC 5861 4. */
function isOutage(status: number): boolean {
  return status === 500 || status === 502 || status === 503 || status === 504;
}
