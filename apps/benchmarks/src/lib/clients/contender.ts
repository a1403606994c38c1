/** One way of sending requests to some endpoints, to be measured beside others. */
export interface Contender {
  readonly name: string;
  /** @param addresses `host:port` of each endpoint */
  open(addresses: readonly string[]): Promise<Client>;
}

/** An open contender, with connections of its own. */
export interface Client {
  /** Sends one request and reads the whole answer; true when its status is below 500. */
  send(): Promise<boolean>;
  close(): Promise<void>;
}
