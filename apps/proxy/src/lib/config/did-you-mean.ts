/** Finds the word that was probably meant: at most two edits away, or a third of its length; letters' case and hyphens do not count. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    // Case and hyphens decide only between words that are equally near without them.
    const edits = distance(plain(word), plain(candidate)) + distance(word, candidate) / 1_000;
    if (
      edits < least &&
      edits < 1 + Math.max(2, Math.floor(candidate.length / 3)) &&
      edits < candidate.length
    ) {
      best = candidate;
      least = edits;
    }
  }
  return best;
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '');
}

/** The optimal string alignment distance: insertions, deletions, substitutions, swaps of neighbours. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let edits = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(edits);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
