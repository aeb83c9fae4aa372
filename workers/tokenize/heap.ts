/** A binary heap. `before(a, b)` says whether a leaves it before b. */
export function makeHeap<T>(before: (a: T, b: T) => boolean) {
  const items: T[] = [];
  return {
    push(item: T): void {
      let at = items.length;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!before(item, items[parent])) break;
        items[at] = items[parent];
        at = parent;
      }
      items[at] = item;
    },
    pop(): T | undefined {
      const first = items[0];
      const last = items.pop();
      if (items.length === 0 || last === undefined) return first;
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= items.length) break;
        if (child + 1 < items.length && before(items[child + 1], items[child])) child++;
        if (!before(items[child], last)) break;
        items[at] = items[child];
        at = child;
      }
      items[at] = last;
      return first;
    },
  };
}
