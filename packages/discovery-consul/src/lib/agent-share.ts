import type { Clock } from '@evenkeel/core';
import type { PapiClient } from './client.ts';
import type { ConsulPlace } from './connection-options.ts';
import { createClient } from './create-client.ts';
import { createSlots, type Slots } from './slots.ts';

/**
 * What all watches and registrars of this process that use one agent have in common: an agent takes 200
 * connections from one address, and hangs up on those beyond.
 */
export interface AgentShare {
  /** For blocking queries, which hold a connection for long. */
  readonly seats: Slots;
  /** For questions that are answered at once. */
  readonly lanes: Slots;
  /** @throws DiscoveryError when the client library is missing */
  client(): Promise<PapiClient>;
  /**
   * Runs a probe, or returns the answer of the same one that began less than `maxAgeMs` ago: many watches ask
   * an agent once.
   */
  probe<T>(name: string, maxAgeMs: number, run: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Closes the connections when nobody else uses them. */
  leave(): void;
}

const SEATS = 150;
const LANES = 20;

interface Shared {
  readonly seats: Slots;
  readonly lanes: Slots;
  readonly probes: Map<string, { readonly at: number; readonly answer: Promise<unknown> }>;
  readonly over: AbortController;
  client?: Promise<PapiClient>;
  users: number;
}

/** By clock, as time under a test's own clock is no time for others. */
const shares = new WeakMap<Clock, Map<unknown, Shared>>();

/** Joins those who use the agent already, or is the first. */
export function joinAgent(place: ConsulPlace, clock: Clock): AgentShare {
  const byAgent = shares.get(clock) ?? new Map<unknown, Shared>();
  shares.set(clock, byAgent);
  const key =
    place.kind === 'client'
      ? place.client
      : JSON.stringify([place.baseUrl, place.socketPath, Object.entries(place.tls).sort()]);
  const shared: Shared = byAgent.get(key) ?? {
    seats: createSlots(SEATS),
    lanes: createSlots(LANES),
    probes: new Map(),
    over: new AbortController(),
    users: 0,
  };
  byAgent.set(key, shared);
  shared.users++;
  let isMember = true;

  return {
    seats: shared.seats,
    lanes: shared.lanes,
    client() {
      shared.client ??= createClient(place);
      shared.client.catch(() => {
        // It may be installed by the time of the next attempt.
        delete shared.client;
      });
      return shared.client;
    },
    probe<T>(name: string, maxAgeMs: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
      const now = clock.now();
      const recent = shared.probes.get(name);
      if (recent !== undefined && now - recent.at < maxAgeMs) return recent.answer as Promise<T>;
      const answer = run(shared.over.signal);
      // Those who wait for it hear of its failure; nobody may be left to.
      answer.catch(() => {});
      shared.probes.set(name, { at: now, answer });
      return answer;
    },
    leave() {
      if (!isMember) return;
      isMember = false;
      shared.users--;
      if (shared.users > 0) return;
      byAgent.delete(key);
      shared.over.abort();
      if (place.kind === 'url') {
        shared.client?.then(
          (client) => client.destroy?.(),
          () => {},
        );
      }
    },
  };
}
