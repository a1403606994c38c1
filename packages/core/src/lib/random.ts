/** A source of uniform numbers in [0, 1), such as `Math.random`. */
export type Random = () => number;

/**
 * A seeded generator for tests and simulations: the same seed gives the same sequence everywhere.
 *
 * Mulberry32 (public domain, Tommy Ettinger): 32 bits of state, passes gjrand's and PractRand's short suites.
 *
 * @param seed any integer
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * A time varied by chance, so that many clients do not act in step.
 *
 * @param ratio how far it may be off to either side: 0.2 makes 80 % to 120 % of it
 */
export function jittered(ms: number, ratio: number, random: Random): number {
  return ms * (1 + ratio * (2 * random() - 1));
}
