/**
 * Makes a function that reduces 64-bit integers, given as two unsigned 32-bit halves, modulo `divisor`. Divides by
 * multiplying with the inverse: the remainder operator takes ten times as long on numbers above 32 bits.
 *
 * @param divisor an integer from 1 to 2^21, so that every step stays exact in 53 bits
 */
export function moduloOf(divisor: number): (high: number, low: number) => number {
  const inverse = 1 / divisor;
  const reduce = (value: number): number => {
    const rest = value - Math.floor(value * inverse) * divisor;
    // The quotient can be off by one, as the inverse is rounded.
    return rest < 0 ? rest + divisor : rest >= divisor ? rest - divisor : rest;
  };
  return (high, low) => reduce(reduce(high) * 0x1_0000_0000 + low);
}
