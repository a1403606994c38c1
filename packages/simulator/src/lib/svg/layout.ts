/** A part of a picture, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One row of panels, the same figure for each strategy. */
export interface Row {
  /** Where the line above the panels is written. */
  readonly headY: number;
  /** One for each strategy. */
  readonly boxes: readonly Box[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly titleY: number;
  /** Where the names of the strategies are written. */
  readonly namesY: number;
  /** Around all panels of one strategy. */
  readonly columns: readonly Box[];
  /** In the order of the heights asked for. */
  readonly rows: readonly Row[];
}

const MARGIN = 24;
/** For the values of the axes. */
const AXIS = 58;
const GAP = 24;
const HEAD = 42;
/** Title and names. */
const HEADER = 116;
/** The labels of changes. */
const LABELS = 20;
/** For the times below the last row. */
const FOOTER = 46;

/**
 * Puts a column for each strategy beside the next, and a row of panels for each height below the last.
 *
 * @param isLabelled whether room is kept for a line above the columns
 */
export function layOut(columnCount: number, heights: readonly number[], isLabelled: boolean): Layout {
  const top = isLabelled ? HEADER + LABELS : HEADER;
  const columnWidth = columnCount === 1 ? 640 : columnCount === 2 ? 400 : columnCount === 3 ? 300 : 240;
  const left = MARGIN + AXIS;
  const xs = Array.from({ length: columnCount }, (_, index) => left + index * (columnWidth + GAP));
  let y = top;
  const rows = heights.map((height): Row => {
    const headY = y + HEAD - 14;
    const boxes = xs.map((x) => ({ x, y: y + HEAD, width: columnWidth, height }));
    y += HEAD + height;
    return { headY, boxes };
  });
  return {
    width: left + columnCount * columnWidth + (columnCount - 1) * GAP + MARGIN,
    height: y + FOOTER,
    left: MARGIN,
    titleY: MARGIN + 18,
    namesY: 94,
    columns: xs.map((x) => ({ x, y: top, width: columnWidth, height: y - top })),
    rows,
  };
}
