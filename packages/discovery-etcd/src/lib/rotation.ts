/** Which of several endpoints is asked; shared by the watches of a discovery. */
export interface Rotation {
  /** How many there are. */
  readonly size: number;
  current(): string;
  /** Moves on, unless somebody else has already. */
  failed(origin: string): void;
}

/** Makes one that begins anywhere, so that clients spread over the members. */
export function createRotation(origins: readonly string[], random: () => number): Rotation {
  let index = Math.floor(random() * origins.length);
  const at = (position: number): string => origins[position % origins.length] ?? '';
  return {
    size: origins.length,
    current: () => at(index),
    failed(origin) {
      if (at(index) === origin) index = (index + 1) % origins.length;
    },
  };
}
