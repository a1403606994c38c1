/** About the width of a letter at 12 pixels: fonts differ, and nothing here can measure them. */
export const LETTER = 6.6;
/** The same for names, which are larger and bold. */
export const NAME_LETTER = 9;

/** A text of at most so many letters, the end of a longer one cut off. */
export function shortened(content: string, letters: number): string {
  const room = Math.floor(letters);
  return content.length <= room ? content : `${content.slice(0, room - 1)}…`;
}

/** The first of several texts, as many as there is room for, at least one. */
export function asManyAsFit(parts: readonly string[], letters: number): string {
  return parts.reduce((line, part) =>
    line.length + 3 + part.length <= letters ? `${line} · ${part}` : line,
  );
}
