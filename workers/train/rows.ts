/**
 * Bookkeeping that turns the gradient of an embedding table from a scatter with collisions into sums over rows:
 * which rows a batch touches, and where. The sums come in a fixed order, so that a step gives the same bits every
 * time; ONNX Runtime's ScatterND adds in whatever order its threads come.
 */

/**
 * Numbers the distinct ids of a step, over as many parts as it has; the new ids of a part in ascending order, for walking
 * up through a table and its moments takes three quarters of the time of jumping about in them.
 */
export function numberTokens(vocabSize: number) {
  const rowOf = new Int32Array(vocabSize).fill(-1);
  return {
    /**
     * Replaces the first `length` of `ids` by their numbers and writes the ids that are new to `rows`, behind the
     * `known` that it has from earlier parts. Returns how many there are now.
     */
    number(ids: Int32Array, length: number, rows: Int32Array, known = 0): number {
      let n = known;
      for (let t = 0; t < length; t++) {
        const id = ids[t];
        if (rowOf[id] !== -1) continue;
        rowOf[id] = n;
        rows[n++] = id;
      }
      rows.subarray(known, n).sort();
      for (let r = known; r < n; r++) rowOf[rows[r]] = r;
      for (let t = 0; t < length; t++) ids[t] = rowOf[ids[t]];
      return n;
    },
    /** Begins anew after a step that had these rows. */
    forget(rows: Int32Array, n: number) {
      for (let r = 0; r < n; r++) rowOf[rows[r]] = -1;
    },
  };
}

/**
 * Sorts places by their key, stably (counting sort): those with key k are `places[starts[k]]` to `places[starts[k + 1]]`.
 * @param keys of the places 0 .. length - 1, each below `count`
 */
export function groupByKey(
  keys: Int32Array,
  length: number,
  count: number,
  starts: Int32Array,
  places: Int32Array,
) {
  starts.fill(0, 0, count + 1);
  for (let t = 0; t < length; t++) starts[keys[t] + 1]++;
  for (let k = 0; k < count; k++) starts[k + 1] += starts[k];
  // Filling moves each start to its end; moving all by one place restores them.
  for (let t = 0; t < length; t++) places[starts[keys[t]]++] = t;
  starts.copyWithin(1, 0, count);
  starts[0] = 0;
}
