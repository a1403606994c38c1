import { type Channel, connectivityState, type experimental } from '@grpc/grpc-js';
import type { BenchCandidate } from '../bench-candidate.ts';

type Subchannel = experimental.SubchannelInterface;
type Channelz = ReturnType<Subchannel['getChannelzRef']>;

/** A subchannel of gRPC that is connected from the start and opens no socket. */
export class ReadySubchannel implements Subchannel {
  readonly candidate: BenchCandidate;

  constructor(candidate: BenchCandidate) {
    this.candidate = candidate;
  }

  getConnectivityState(): connectivityState {
    return connectivityState.READY;
  }

  isHealthy(): boolean {
    return true;
  }

  getAddress(): string {
    return this.candidate.endpoint.id;
  }

  realSubchannelEquals(other: Subchannel): boolean {
    return other === this;
  }

  getChannelzRef(): Channelz {
    return { kind: 'subchannel' as Channelz['kind'], id: 0, name: this.getAddress() };
  }

  // Its state never changes, so nobody who watches it would ever hear anything.
  addConnectivityStateListener(): void {}
  removeConnectivityStateListener(): void {}
  addHealthStateWatcher(): void {}
  removeHealthStateWatcher(): void {}
  addDataWatcher(): void {}
  startConnecting(): void {}
  throttleKeepalive(): void {}
  ref(): void {}
  unref(): void {}

  getRealSubchannel(): never {
    throw new Error('a pick needs no connection');
  }

  getCallCredentials(): never {
    throw new Error('a pick needs no credentials');
  }

  getChannel(): Channel {
    throw new Error('a pick needs no channel');
  }
}
