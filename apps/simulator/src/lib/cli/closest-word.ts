/** How many letters may be wrong, missing or too much in a word that was still meant. */
const MAX_DISTANCE = 3;

/** The word that was probably meant: one that begins like it, or else the one with the fewest letters changed. */
export function closestWord(typed: string, words: readonly string[]): string | undefined {
  const lower = typed.toLowerCase();
  const begins = lower.length >= 3 ? words.find((word) => word.startsWith(lower)) : undefined;
  if (begins !== undefined) return begins;
  const [best] = words
    .map((word) => ({ word, distance: distanceOf(lower, word) }))
    .filter(({ word, distance }) => distance <= Math.min(MAX_DISTANCE, word.length / 2))
    .sort((a, b) => a.distance - b.distance);
  return best?.word;
}

/** ` Did you mean "…"?`, or nothing. */
export function didYouMean(typed: string, words: readonly string[]): string {
  const word = closestWord(typed, words);
  return word === undefined ? '' : ` Did you mean "${word}"?`;
}

/** Levenshtein's distance. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
