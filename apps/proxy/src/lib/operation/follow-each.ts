/**
 * Keeps something for each item of a list that changes.
 *
 * @param begin called once for each item that is new; what it returns is disposed when the item has left
 */
export function followEach<T>(begin: (item: T) => Disposable): (items: readonly T[]) => void {
  const followed = new Map<T, Disposable>();
  return (items) => {
    for (const [item, one] of followed) {
      if (items.includes(item)) continue;
      one[Symbol.dispose]();
      followed.delete(item);
    }
    for (const item of items) if (!followed.has(item)) followed.set(item, begin(item));
  };
}
