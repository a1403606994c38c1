/** Whether an integer is prime, by trial division. */
export function isPrime(value: number): boolean {
  if (value < 2 || (value > 2 && value % 2 === 0)) return false;
  for (let factor = 3; factor * factor <= value; factor += 2) if (value % factor === 0) return false;
  return true;
}
