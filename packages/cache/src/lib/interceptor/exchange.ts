import { sleep, systemClock } from '@evenkeel/core';
import type { ForwardReason } from '../http/cache-status.ts';
import { validationFields } from '../http/conditional.ts';
import type { CacheLookup, CacheSlot } from '../store/cache-store.ts';
import { varyValues } from '../store/keys.ts';
import type { StoredResponse } from '../store/stored-response.ts';
import type { Dispatch } from '../undici-types.ts';
import type { CacheSettings } from './cache-options.ts';
import { type CacheRequest, validationHeaders } from './cache-request.ts';
import { Downstream } from './downstream.ts';
import type { Flight, Flights, Landing } from './flights.ts';
import { judge, mayServeOnError } from './judge.ts';
import { OriginHandler } from './origin-handler.ts';
import { answerNothingStored, answerWith } from './responses.ts';

/** What all exchanges of one interceptor share. */
export interface ExchangeParts {
  readonly settings: CacheSettings;
  readonly flights: Flights;
  readonly dispatch: Dispatch;
}

/** One request that may be answered from the cache. */
export class Exchange {
  private readonly parts: ExchangeParts;
  private readonly request: CacheRequest;
  private readonly downstream: Downstream;
  private readonly deadline: number;

  constructor(parts: ExchangeParts, request: CacheRequest, downstream: Downstream) {
    this.parts = parts;
    this.request = request;
    this.downstream = downstream;
    this.deadline = systemClock.now() + parts.settings.collapseMs;
  }

  /** What `dispatch` returns. */
  run(): boolean {
    const found = this.parts.settings.store.lookup(this.request.key);
    if (!(found instanceof Promise)) return this.decide(found);
    this.later(found.then((lookup) => this.decide(lookup)));
    return true;
  }

  private decide(lookup: CacheLookup): boolean {
    const { request, downstream } = this;
    const { settings } = this.parts;
    const { response } = lookup;
    if (downstream.controller.aborted) return true;
    if (response === undefined) return this.miss(lookup, lookup.miss);
    const judgement = judge(response, request.directives, settings.now());
    if (judgement === 'validate' || judgement === 'refused') {
      return this.miss(lookup, judgement === 'refused' ? 'request' : 'stale');
    }
    answerWith(downstream, request, response, settings, { hit: true });
    if (judgement === 'renew') this.renew(lookup);
    return true;
  }

  private miss(lookup: CacheLookup, reason: ForwardReason): boolean {
    const { request, downstream } = this;
    const { flights, settings } = this.parts;
    if (request.directives['only-if-cached'] === true) {
      answerNothingStored(downstream, settings);
      return true;
    }
    const alone =
      request.method !== 'GET' ||
      (request.conditional && lookup.response === undefined) ||
      settings.collapseMs === 0 ||
      reason === 'request' ||
      flights.isUnshared(lookup.slot.flight);
    if (alone) return this.fetch(lookup, reason, undefined);
    const flight = flights.get(lookup.slot.flight, lookup.slot.epoch);
    if (flight === undefined) return this.lead(lookup, reason);
    this.later(this.follow(flight, lookup, reason));
    return true;
  }

  /** Waits for another request of this process; its caller hears of it no later than `collapseMs`. */
  private async follow(flight: Flight, lookup: CacheLookup, reason: ForwardReason): Promise<void> {
    const { downstream, request } = this;
    const { settings } = this.parts;
    downstream.start(null);
    const landing = await this.landing(flight);
    if (downstream.controller.aborted) return;
    if (landing?.kind === 'abandoned') {
      this.run();
      return;
    }
    if (landing?.kind === 'stored' && this.serves(landing.response)) {
      answerWith(downstream, request, landing.response, settings, { fwd: reason, collapsed: true });
      return;
    }
    this.fetch(lookup, reason, undefined);
  }

  /** Fetches for all who wait, here and in other instances. */
  private lead(lookup: CacheLookup, reason: ForwardReason): boolean {
    const { store } = this.parts.settings;
    const flight = this.parts.flights.take(lookup.slot.flight, lookup.slot.epoch);
    if (!lookup.slot.shared) return this.fetch(lookup, reason, flight);
    const claimed = store.claim(lookup.slot).then(async (won) => {
      if (!won && (await this.fetchedElsewhere(flight, lookup.slot))) return;
      // Another instance may have stored it and left between the lookup and the claim.
      const again = await store.lookup(this.request.key);
      if (again.response !== undefined && this.serves(again.response)) {
        store.release(lookup.slot);
        this.answerFetched(flight, again.response);
      } else {
        this.fetch(lookup, reason, flight);
      }
    });
    this.later(claimed, flight);
    return true;
  }

  /** Waits until another instance has stored the response, or has given up. */
  private async fetchedElsewhere(flight: Flight, claim: CacheSlot): Promise<boolean> {
    const { downstream, request } = this;
    const { settings } = this.parts;
    downstream.start(null);
    let held = await settings.store.claimed(claim);
    while (held && systemClock.now() < this.deadline) {
      await sleep(systemClock, settings.pollMs, new AbortController().signal);
      if (downstream.controller.aborted) {
        flight.land({ kind: 'abandoned' });
        return true;
      }
      const { response } = await settings.store.lookup(request.key);
      if (response !== undefined && judge(response, request.directives, settings.now()) === 'fresh') {
        this.answerFetched(flight, response);
        return true;
      }
      held = await settings.store.claimed(claim);
    }
    return false;
  }

  private answerFetched(flight: Flight, response: StoredResponse): void {
    flight.land({ kind: 'stored', response });
    answerWith(this.downstream, this.request, response, this.parts.settings, { hit: true, collapsed: true });
  }

  private fetch(lookup: CacheLookup, reason: ForwardReason, flight: Flight | undefined): boolean {
    const { request, downstream } = this;
    const { settings, dispatch } = this.parts;
    const { slot, response } = lookup;
    const conditions = response && validationFields(response.headers);
    const land = (landing: Landing): void => {
      flight?.land(landing);
      settings.store.release(slot);
    };
    const refetch = (): void => void this.fetch({ slot, miss: lookup.miss }, reason, flight);
    // Without a validator nothing can be confirmed, but it can still stand in for an origin that fails.
    const useful =
      conditions !== undefined || (response && mayServeOnError(response, request.directives, settings.now()));
    const stored = useful || request.method === 'HEAD' ? response : undefined;
    const handler = new OriginHandler({ request, slot, settings, downstream, reason, stored, land, refetch });
    const headers = conditions && { headers: validationHeaders(request.fields, conditions) };
    try {
      return dispatch({ ...request.options, ...headers }, handler);
    } catch (error) {
      land({ kind: 'failed' });
      throw error;
    }
  }

  /** Renews a stale response for the next ones; nobody waits for it. */
  private renew(lookup: CacheLookup): void {
    const { flights } = this.parts;
    const { flight, epoch } = lookup.slot;
    if (flights.get(flight, epoch) !== undefined) return;
    const options = { ...this.request.options, method: 'GET' };
    const request = { ...this.request, options, method: 'GET', conditional: false };
    const background = new Exchange(this.parts, request, new Downstream({}));
    background.later(
      Promise.resolve().then(() => {
        if (flights.get(flight, epoch) === undefined) background.lead(lookup, 'stale');
      }),
    );
  }

  /** How the flight ended; undefined when it took too long, or the caller went away. */
  private async landing(flight: Flight): Promise<Landing | undefined> {
    const { controller } = this.downstream;
    const limit = new AbortController();
    controller.attach({
      abort: (reason) => {
        limit.abort(reason);
        this.downstream.fail(reason);
      },
      pause: () => {},
      resume: () => {},
    });
    const late = sleep(systemClock, Math.max(0, this.deadline - systemClock.now()), limit.signal).catch(
      () => undefined,
    );
    try {
      return await Promise.race([flight.landed, late.then(() => undefined)]);
    } finally {
      limit.abort();
      controller.attach(undefined);
    }
  }

  /** Whether what another request fetched answers this one. */
  private serves(response: StoredResponse): boolean {
    const { request } = this;
    const mine = varyValues(Object.keys(response.vary), request.fields);
    const matches = Object.entries(response.vary).every(([name, value]) => mine[name] === value);
    return matches && judge(response, request.directives, this.parts.settings.now()) === 'fresh';
  }

  private later(work: Promise<unknown>, flight?: Flight): void {
    work.catch((error: unknown) => {
      flight?.land({ kind: 'failed' });
      this.downstream.fail(error as Error);
    });
  }
}
