import { type Document, isMap, isScalar, type LineCounter, type Node } from 'yaml';

/** A place in a file, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Finds where things are in a YAML file. */
export interface SourceMap {
  /** Where the value at a path is; where the nearest thing above it is when there is no such value. */
  valueAt(path: readonly PropertyKey[]): Position;
  /** Where a key of the object at a path is. */
  keyAt(path: readonly PropertyKey[], key: string): Position;
  at(offset: number): Position;
}

/** Makes the map of a parsed document. */
export function sourceMap(document: Document, lines: LineCounter): SourceMap {
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const node = (path: readonly PropertyKey[]): Node | undefined =>
    (path.length === 0 ? document.contents : document.getIn(path, true)) as Node | undefined;
  return {
    at,
    valueAt(path) {
      for (let length = path.length; length >= 0; length--) {
        const range = node(path.slice(0, length))?.range;
        if (range) return at(range[0]);
      }
      return { line: 1, column: 1 };
    },
    keyAt(path, key) {
      const parent = node(path);
      const pair = isMap(parent)
        ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
        : undefined;
      const range = isScalar(pair?.key) ? pair.key.range : undefined;
      return range ? at(range[0]) : this.valueAt(path);
    },
  };
}
