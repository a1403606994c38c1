/** A proxy to be measured beside others. */
export interface ProxyContender {
  readonly name: string;
  /** @param address `host:port` of the one endpoint that all requests go to */
  start(address: string): Promise<RunningProxy>;
}

/** A proxy that takes requests. */
export interface RunningProxy {
  /** Without a path. */
  readonly url: string;
  /** The processes that it was started as; what they started belongs to them. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}
