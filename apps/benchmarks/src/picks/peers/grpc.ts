import type { Candidate, Observation, Strategy } from '@evenkeel/core';
import { experimental, Metadata, status } from '@grpc/grpc-js';
import type { BenchCandidate } from '../bench-candidate.ts';
import { ReadySubchannel } from './ready-subchannel.ts';

type OnCallEnded = NonNullable<experimental.PickResult['onCallEnded']>;

// Where grpc-js itself keeps a load report that it has read.
const PARSED_REPORT = 'grpc_orca_load_report';

/**
 * A load balancing policy of `@grpc/grpc-js`, made the way a channel makes it: from its service config, with a helper that
 * hands out subchannels and receives pickers.
 *
 * @param config the fields of the policy in the service config
 */
export function grpcPeer(name: string, config: object = {}): Strategy {
  return new GrpcPeer(name, config);
}

class GrpcPeer implements Strategy {
  readonly name: string;
  private readonly config: experimental.TypedLoadBalancingConfig;
  private readonly handler: experimental.ChildLoadBalancerHandler;
  private readonly byAddress = new Map<string, BenchCandidate>();
  private readonly pickArgs: experimental.PickArgs = { metadata: new Metadata(), extraPickInfo: {} };
  private picker: experimental.Picker = new experimental.UnavailablePicker();
  private enders: ReadonlyMap<Candidate, OnCallEnded> | undefined;
  private size = 0;

  constructor(name: string, config: object) {
    this.name = name;
    this.config = experimental.parseLoadBalancingConfig({ [name]: config });
    this.handler = new experimental.ChildLoadBalancerHandler({
      createSubchannel: (address) => new ReadySubchannel(this.candidateAt(address)),
      updateState: (_state, picker) => {
        this.picker = picker;
      },
      requestReresolution() {},
      addChannelzChild() {},
      removeChannelzChild() {},
    });
  }

  update(candidates: readonly Candidate[]): void {
    this.size = candidates.length;
    const endpoints = candidates.map((candidate) => {
      const { host, port } = candidate.endpoint;
      this.byAddress.set(experimental.subchannelAddressToString({ host, port }), candidate as BenchCandidate);
      return { addresses: [{ host, port }] };
    });
    this.handler.updateAddressList(experimental.statusOrFromValue(endpoints), this.config, {}, '');
  }

  pick(): Candidate | undefined {
    const subchannel = this.picker.pick(this.pickArgs).subchannel as ReadySubchannel | null;
    return subchannel?.candidate;
  }

  /** Reports the load to a policy that reads reports: those come with the end of a call. */
  observe(candidate: Candidate, { loadReport }: Observation): void {
    this.enders ??= this.callEnders();
    const metadata = new Metadata();
    metadata.setOpaque(PARSED_REPORT, {
      rps_fractional: loadReport?.rps ?? 0,
      application_utilization: loadReport?.applicationUtilization ?? 0,
      eps: 0,
    });
    this.enders.get(candidate)?.(status.OK, '', metadata);
  }

  /** What the policy wants to be called at the end of a call to each endpoint; the first picks go once to each. */
  private callEnders(): ReadonlyMap<Candidate, OnCallEnded> {
    const enders = new Map<Candidate, OnCallEnded>();
    for (let i = 0; i < this.size; i++) {
      const { subchannel, onCallEnded } = this.picker.pick(this.pickArgs);
      if (onCallEnded !== null) enders.set((subchannel as unknown as ReadySubchannel).candidate, onCallEnded);
    }
    return enders;
  }

  private candidateAt(address: experimental.SubchannelAddress): BenchCandidate {
    const candidate = this.byAddress.get(experimental.subchannelAddressToString(address));
    if (candidate === undefined) throw new Error('a subchannel for an address that was never listed');
    return candidate;
  }
}
