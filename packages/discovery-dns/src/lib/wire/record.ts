/** Numbers of the record types that are asked for or understood (IANA, "DNS Parameters"). */
export const RECORD_TYPE = { A: 1, CNAME: 5, SOA: 6, AAAA: 28, SRV: 33, OPT: 41 } as const;

/** What a query can ask for. */
export type QueryType = 'A' | 'AAAA' | 'SRV';

interface CommonFields {
  /** Owner of the record, in lower case, without the final dot. */
  readonly name: string;
  /** How long the record may be used, in seconds. */
  readonly ttl: number;
}

export interface AddressRecord extends CommonFields {
  readonly type: 'A' | 'AAAA';
  readonly address: string;
}

export interface AliasRecord extends CommonFields {
  readonly type: 'CNAME';
  readonly target: string;
}

/** RFC 2782. An empty target is the root: the service is decidedly not available. */
export interface ServiceRecord extends CommonFields {
  readonly type: 'SRV';
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** Start of authority, of which only the time matters that a negative answer may be kept (RFC 2308). */
export interface AuthorityRecord extends CommonFields {
  readonly type: 'SOA';
  /** In seconds. */
  readonly minimumTtl: number;
}

/** A record that is understood; others are skipped. */
export type DnsRecord = AddressRecord | AliasRecord | ServiceRecord | AuthorityRecord;
