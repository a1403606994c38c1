import { EvenkeelError } from '@evenkeel/core';
import type { Dispatcher } from 'undici';
import type { ForwardReason } from '../http/cache-status.ts';
import { describes, freshened, validates } from '../http/conditional.ts';
import { type Fields, fieldValue } from '../http/fields.ts';
import { forbidsStale } from '../http/freshness.ts';
import type { WhyNotStored } from '../http/storability.ts';
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
  /** The stored response that is being validated, or that a HEAD is about. */
  readonly stored: StoredResponse | undefined;
  /** Tells once how it ended for others. */
  readonly land: (landing: Landing) => void;
  /** Asks again, without conditions: a 304 spoke of another response. */
  readonly refetch: () => void;
}

/** A stored response with newer fields, and what became of it. */
interface FreshenedResponse {
  readonly response: StoredResponse;
  /** Whether others may have it too. */
  readonly shared?: boolean;
  readonly stored?: boolean;
  readonly detail?: WhyNotStored;
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
      if (this.update === undefined) this.store();
      else this.freshen(this.update);
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
    const needed = stored !== undefined && forbidsStale(stored.cacheControlDirectives);
    downstream.fail(needed && !aborted ? notValidated(request, error) : error);
  }

  /** Whether another URL gave the response: it is not this one's then. */
  private get redirected(): boolean {
    return (this.history?.length ?? 0) > 1;
  }

  private forward(head: ResponseHead): void {
    const { downstream, slot, request, settings, reason, stored } = this.parts;
    this.outcome = 'forwarded';
    const said = { fwd: reason, fwdStatus: head.status };
    if (request.method !== 'GET') {
      if (stored !== undefined) this.compareHead(stored, head);
      forwardHead(downstream, head, settings, said);
      return;
    }
    const made = this.redirected ? 'redirected' : makeStored(request.fields, head, settings);
    const length = fieldValue(head.fields, 'content-length');
    const whyNot = typeof made === 'string' ? made : settings.store.whyNotStored(slot, Number(length ?? 0));
    if (typeof made !== 'string' && whyNot !== 'too-large') {
      this.recorder = new BodyRecorder(made, length, settings.store.maxEntryBytes);
    } else {
      this.land(isOutage(head.status) ? 'failed' : 'unshared');
      if (stored !== undefined && !isOutage(head.status)) this.drop();
    }
    const result = whyNot === undefined ? { stored: true } : { detail: whyNot };
    forwardHead(downstream, head, settings, { ...said, ...result });
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

  /** What a HEAD says of the stored response: RFC 9111 4.3.5. */
  private compareHead(stored: StoredResponse, head: ResponseHead): void {
    this.land(isOutage(head.status) ? 'failed' : 'unshared');
    if (isOutage(head.status)) return;
    if (head.status === stored.statusCode && describes(head.fields, stored)) this.update = head;
    else this.drop();
  }

  /** A stored response that the origin has replaced by one that may not be stored is of no use to anyone. */
  private drop(): void {
    const { request, settings } = this.parts;
    void settings.store.purge(request.origin, request.path);
  }

  private land(kind: 'failed' | 'unshared'): void {
    this.parts.land({ kind });
  }

  /** Stores what is stored with newer fields; undefined when it may not be stored any more. */
  private freshen({ fields: newer, times }: ResponseHead): FreshenedResponse | undefined {
    const { stored, slot, settings, request } = this.parts;
    if (stored === undefined) return undefined;
    const headers = freshened(stored.headers, newer);
    // Its age counts from now on, and from what the newer response says of its own.
    const fields = newer.age === undefined ? headers : { ...headers, age: newer.age };
    const { statusCode: status, statusMessage: message, tags, body } = stored;
    const made = makeStored(request.fields, { status, message, fields, times }, settings);
    if (typeof made === 'string') {
      this.drop();
      const response = { ...stored, headers, cachedAt: times.responseAt };
      return { response, detail: made };
    }
    const response = { ...made, tags, body };
    const whyNot = settings.store.whyNotStored(slot, body.length);
    settings.store.put(slot, response);
    return { response, ...(whyNot === undefined ? { stored: true } : { detail: whyNot }), shared: true };
  }

  private answerValidated(): void {
    const { settings, request, downstream, reason, land } = this.parts;
    const result = this.update && this.freshen(this.update);
    if (result === undefined) return;
    const { response, shared = false, ...said } = result;
    land(shared ? { kind: 'stored', response } : { kind: 'unshared' });
    answerWith(downstream, request, response, settings, { fwd: reason, fwdStatus: 304, ...said });
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

/** A stored response may only be used with the consent of an origin that cannot be reached: RFC 9111 5.2.2.2. */
function notValidated({ origin, path }: CacheRequest, cause: Error): EvenkeelError {
  const message = `${origin}${path} is stored and stale, and the origin cannot be asked whether it may be used`;
  return new EvenkeelError('ERR_EVENKEEL_NOT_VALIDATED', message, { cause });
}
