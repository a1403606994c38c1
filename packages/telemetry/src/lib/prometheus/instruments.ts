import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { PromClient } from './load-client.ts';

/** Makes the instruments of one registry, all with one prefix. */
export interface Instruments {
  counter<L extends string>(name: string, help: string, labels: readonly L[]): Counter<L>;
  histogram<L extends string>(
    name: string,
    help: string,
    labels: readonly L[],
    buckets: readonly number[],
  ): Histogram<L>;
  /**
   * A gauge that is read when somebody asks.
   *
   * @param aggregator how the values of several workers become one
   */
  gauge<L extends string>(
    name: string,
    help: string,
    labels: readonly L[],
    read: (gauge: Gauge<L>) => void,
    aggregator?: 'sum' | 'max',
  ): Gauge<L>;
}

/** @param prefix begins every name, such as `evenkeel_` */
export function instruments(client: PromClient, registry: Registry, prefix: string): Instruments {
  const registers = [registry];
  return {
    counter: (name, help, labels) =>
      new client.Counter({ name: prefix + name, help, labelNames: labels, registers }),
    histogram: (name, help, labels, buckets) =>
      new client.Histogram({
        name: prefix + name,
        help,
        labelNames: labels,
        buckets: [...buckets],
        registers,
      }),
    gauge: (name, help, labels, read, aggregator = 'sum') =>
      new client.Gauge({
        name: prefix + name,
        help,
        labelNames: labels,
        registers,
        aggregator,
        collect() {
          // What is gone must not be shown for ever with its last value.
          this.reset();
          read(this);
        },
      }),
  };
}
