/** A point of a picture, in pixels; y is NaN where there is nothing to show. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line through the points, broken where there is none; a point alone is drawn as a short dash. */
export function linePath(points: readonly Point[]): string {
  return runsOf(points)
    .map((run) => (run.length === 1 ? `${draw(run)}h1` : draw(run)))
    .join('');
}

/** The area between a line and the level below it, broken where the line is. */
export function areaPath(points: readonly Point[], floorY: number): string {
  return runsOf(points)
    .map((run) => `${draw([...run, ...[...endsOf(run)].reverse().map(({ x }) => ({ x, y: floorY }))])}z`)
    .join('');
}

/** The area between two lines over the same places, broken where either has no point. */
export function bandPath(upper: readonly Point[], lower: readonly Point[]): string {
  const pairs = upper.map((point, index) => ({ point, below: lower[index] ?? point }));
  const whole = pairs.map(({ point, below }) => (Number.isNaN(below.y) ? below : point));
  const lowerRuns = runsOf(pairs.map(({ point, below }) => (Number.isNaN(point.y) ? point : below)));
  return runsOf(whole)
    .map((run, index) => `${draw([...run, ...[...(lowerRuns[index] ?? [])].reverse()])}z`)
    .join('');
}

function runsOf(points: readonly Point[]): readonly (readonly Point[])[] {
  const runs: Point[][] = [[]];
  for (const point of points) {
    if (Number.isNaN(point.y)) runs.push([]);
    else runs.at(-1)?.push(point);
  }
  return runs.filter((run) => run.length > 0);
}

function endsOf(run: readonly Point[]): readonly Point[] {
  const [first, last] = [run[0], run.at(-1)];
  return first === undefined || last === undefined ? [] : [first, last];
}

/** Steps from point to point in whole tenths of a pixel: exact, and half as long as places. */
function draw(points: readonly Point[]): string {
  const corners = cornersOf(points.map(({ x, y }) => ({ x: Math.round(x * 10), y: Math.round(y * 10) })));
  return corners
    .map((point, index) => {
      const before = corners[index - 1];
      if (before === undefined) return `M${point.x / 10},${point.y / 10}`;
      const [x, y] = [(point.x - before.x) / 10, (point.y - before.y) / 10];
      if (y === 0) return `h${x}`;
      return x === 0 ? `v${y}` : `l${x},${y}`;
    })
    .join('');
}

/** Without the points in the middle of a level line. */
function cornersOf(points: readonly Point[]): readonly Point[] {
  return points.filter(({ y }, index) => y !== points[index - 1]?.y || y !== points[index + 1]?.y);
}
