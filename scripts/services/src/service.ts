/** The servers that can be started. */
export const KINDS = ['redis', 'consul', 'etcd', 'zookeeper', 'memcached'] as const;

/** One of {@link KINDS}. */
export type ServiceKind = (typeof KINDS)[number];

/** How a server is started. */
export interface StartOptions {
  /**
   * Whether the data outlives a kill: `restart({ keepData: true })` needs it. etcd and ZooKeeper always
   * keep theirs. @default false
   */
  readonly persist?: boolean;
  /** More arguments of the server's command line. @default [] */
  readonly args?: readonly string[];
  /**
   * The text of a configuration file for Redis, as Sentinel must have it; for ZooKeeper, lines that are
   * added to its own. @default none
   */
  readonly config?: string;
}

/** A server on the loopback interface that answered its readiness probe. */
export interface Service {
  readonly kind: ServiceKind;
  /** `host:port` of its main port. */
  readonly address: string;
  readonly host: string;
  readonly port: number;
  /** Every port by its use, such as `dns` of Consul. */
  readonly ports: Readonly<Record<string, number>>;
  /** Undefined when the address came from the environment, or the process is not running. */
  readonly pid: number | undefined;
  /** False for an address from the environment: of the methods below only `stop` works, and does nothing. */
  readonly controllable: boolean;
  /** Ends the server (SIGTERM, after 5 s SIGKILL) and removes its folder. Safe to call twice. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open, and nothing answers. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Kills the server if it runs and starts it again at the same ports. */
  restart(options: { readonly keepData: boolean }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
