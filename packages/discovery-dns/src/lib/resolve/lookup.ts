import type { DnsClient } from '../client.ts';
import { DnsError } from '../dns-error.ts';
import { isHostName } from '../dns-name.ts';
import { type DnsMessage, RESPONSE_CODE } from '../wire/message.ts';
import type { DnsRecord, QueryType } from '../wire/record.ts';

/** More aliases than that lead nowhere. */
const MAX_ALIASES = 16;

/** The records of one type that a name has, behind any aliases. */
export interface Lookup {
  /** Empty exactly when `negative` is set. */
  readonly records: readonly DnsRecord[];
  /** The least of all TTLs on the way, in seconds; 0 when nothing says one. */
  readonly ttl: number;
  /** What else the server sent along: addresses of SRV targets. */
  readonly additionals: readonly DnsRecord[];
  /** Says that the name does not exist or has no such record: `noName` or `noData`. */
  readonly negative?: DnsError;
}

/**
 * Looks a name up and follows its CNAME records, within the answer and, where the answer ends with an alias, by further queries.
 *
 * @throws DnsError when no server answers, or the aliases form a loop or lead to a name that is none; the signal's reason when
 * aborted
 */
export async function lookup(
  client: DnsClient,
  name: string,
  type: QueryType,
  signal: AbortSignal,
): Promise<Lookup> {
  const chain = new AliasChain(name);
  for (;;) {
    const asked = chain.end;
    const message = await client.query(asked, type, signal);
    chain.follow(message);
    const records = message.answers.filter((record) => record.name === chain.end && record.type === type);
    if (records.length > 0) {
      const ttl = Math.min(chain.ttl, ...records.map((record) => record.ttl));
      return { records, ttl, additionals: message.additionals };
    }
    const exists = message.code !== RESPONSE_CODE.noName;
    const keepFor = negativeTtl(message);
    if (!exists || keepFor !== undefined || chain.end === asked) {
      const negative = new DnsError(
        exists ? 'noData' : 'noName',
        `${type} ${name}: ${exists ? 'there is no such record' : 'there is no such name'}`,
      );
      return { records, ttl: Math.min(chain.ttl, keepFor ?? 0), additionals: [], negative };
    }
  }
}

/** How long it may be believed that something does not exist, in seconds (RFC 2308 §5). */
function negativeTtl({ authorities }: DnsMessage): number | undefined {
  for (const record of authorities) {
    if (record.type === 'SOA') return Math.min(record.ttl, record.minimumTtl);
  }
  return undefined;
}

class AliasChain {
  end: string;
  ttl: number = Number.POSITIVE_INFINITY;
  private readonly names: Set<string>;

  constructor(name: string) {
    this.end = name;
    this.names = new Set([name]);
  }

  /** Goes as far as the message leads. */
  follow({ answers }: DnsMessage): void {
    const aliases = new Map(
      answers.flatMap((record) => (record.type === 'CNAME' ? [[record.name, record]] : [])),
    );
    for (let alias = aliases.get(this.end); alias !== undefined; alias = aliases.get(this.end)) {
      const { target, ttl } = alias;
      if (!isHostName(target)) throw this.broken(`${this.end} is an alias of an invalid name`);
      if (this.names.has(target)) throw this.broken(`its aliases form a loop at ${target}`);
      this.names.add(target);
      if (this.names.size > MAX_ALIASES) throw this.broken(`it has more than ${MAX_ALIASES} aliases`);
      this.end = target;
      this.ttl = Math.min(this.ttl, ttl);
    }
  }

  private broken(what: string): DnsError {
    const [name] = this.names;
    return new DnsError('malformed', `${name}: ${what}`);
  }
}
