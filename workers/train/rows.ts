/**
 * The transpose of a batch: for every token that occurs, the bags that it occurs in. It turns the gradient of a table
 * from a scatter with collisions into sums over rows.
 *
 * @returns a function that fills `rows` (the tokens, in order of first appearance), `bagOf` (bag numbers, those of a
 *   token together, in the batch's order) and `rowStarts`, and returns how many tokens there are. O(tokens).
 */
export function groupByToken(vocabSize: number) {
  const rowOf = new Int32Array(vocabSize).fill(-1);
  return (
    ids: Int32Array,
    starts: Int32Array,
    bags: number,
    { rows, bagOf, rowStarts }: { rows: Int32Array; bagOf: Int32Array; rowStarts: Int32Array },
  ): number => {
    const length = starts[bags];
    let n = 0;
    rowStarts[0] = 0;
    for (let t = 0; t < length; t++) {
      const id = ids[t];
      if (rowOf[id] === -1) {
        rowOf[id] = n;
        rows[n] = id;
        rowStarts[++n] = 0;
      }
      rowStarts[rowOf[id] + 1]++;
    }
    for (let r = 0; r < n; r++) rowStarts[r + 1] += rowStarts[r];
    // Filling moves each start to its end; moving them back by one place restores them.
    for (let bag = 0; bag < bags; bag++)
      for (let t = starts[bag]; t < starts[bag + 1]; t++) bagOf[rowStarts[rowOf[ids[t]]]++] = bag;
    for (let r = n; r > 0; r--) rowStarts[r] = rowStarts[r - 1];
    rowStarts[0] = 0;
    for (let r = 0; r < n; r++) rowOf[rows[r]] = -1;
    return n;
  };
}

/**
 * Numbers the distinct ids of a batch in order of appearance.
 * @returns a function that replaces `ids` by their numbers, fills `rows` with the ids and returns how many there are.
 */
export function numberTokens(vocabSize: number) {
  const rowOf = new Int32Array(vocabSize).fill(-1);
  return (ids: Int32Array, rows: Int32Array): number => {
    let n = 0;
    for (let t = 0; t < ids.length; t++) {
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
