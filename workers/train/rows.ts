/**
 * Bookkeeping that turns the gradient of an embedding table from a scatter with collisions into sums over rows:
 * which rows a batch touches, and where. The sums come in a fixed order, so that a step gives the same bits every
 * time; ONNX Runtime's ScatterND adds in whatever order its threads come.
 */

/**
 * Numbers the distinct ids of a batch in order of appearance.
 * @returns a function that replaces the first `length` of `ids` by their numbers, fills `rows` with the ids and returns
 *   how many there are.
 */
export function numberTokens(vocabSize: number) {
  const rowOf = new Int32Array(vocabSize).fill(-1);
  return (ids: Int32Array, length: number, rows: Int32Array): number => {
    let n = 0;
    for (let t = 0; t < length; t++) {
      const id = ids[t];
      if (rowOf[id] === -1) {
        rowOf[id] = n;
        rows[n++] = id;
      }
      ids[t] = rowOf[id];
    }
    for (let r = 0; r < n; r++) rowOf[rows[r]] = -1;
    return n;
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
