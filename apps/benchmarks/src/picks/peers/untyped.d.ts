declare module 'loadbalance' {
  interface Engine<T> {
    pick(): T;
  }
  interface Weighted<T> {
    readonly object: T;
    readonly weight: number;
  }
  class RandomEngine<T> implements Engine<T> {
    constructor(pool: T[]);
    pick(): T;
  }
  class RoundRobinEngine<T> implements Engine<T> {
    constructor(pool: T[]);
    pick(): T;
  }
  class WeightedRandomEngine<T> implements Engine<T> {
    constructor(pool: Weighted<T>[]);
    pick(): T;
  }
  class WeightedRoundRobinEngine<T> implements Engine<T> {
    constructor(pool: Weighted<T>[]);
    pick(): T;
  }
}
