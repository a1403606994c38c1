/** What a benchmark found out, for people and for programs. */
export interface Report {
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
  /** What a reader must know to judge the figures. */
  readonly notes: readonly string[];
}

/** Rows of figures under named columns. */
export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Column {
  readonly title: string;
  /** Digits after the decimal point. @default 0 */
  readonly digits?: number;
}

/** A text, a figure, or undefined where there is none. */
export type Cell = string | number | undefined;

/** One figure that is promised. */
export interface Target {
  readonly name: string;
  readonly promised: string;
  readonly measured: string;
  readonly met: boolean;
}

/** Promises that a figure is at most `limit`. */
export function atMost(name: string, measured: number, limit: number, unit: string): Target {
  return {
    name,
    promised: `≤ ${limit} ${unit}`,
    measured: `${readable(measured)} ${unit}`,
    met: measured <= limit,
  };
}

/** Promises that a figure is at least `limit`. */
export function atLeast(name: string, measured: number, limit: number, unit: string): Target {
  return {
    name,
    promised: `≥ ${limit} ${unit}`,
    measured: `${readable(measured)} ${unit}`,
    met: measured >= limit,
  };
}

function readable(value: number): string {
  return Number.isNaN(value) ? 'no' : String(Number(value.toPrecision(4)));
}
