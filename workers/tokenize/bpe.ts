import { makeHeap } from './heap.ts';
import { alphabet, spell } from './normalise.ts';

export interface Bpe {
  /** The byte alphabet, then the merged tokens in the order they were made. */
  tokens: string[];
  merges: [string, string][];
}

interface Pair {
  left: number;
  right: number;
  /** Adjacent occurrences in the corpus; 0 once merged. */
  count: number;
  /** Words it may occur in: every one it does, and some where it was merged away. */
  words: number[];
}

/**
 * Byte-pair encoding (Gage 1994; Sennrich et al. 2016) over bytes: merge the most frequent adjacent pair until there
 * are `size` tokens or no pair is left. Ties go to the pair with the smaller ids, which is Hugging Face's rule, so
 * that the merges are those of its BpeTrainer with the byte alphabet.
 *
 * A generator, so that whoever drives it may show progress (the tokens so far, yielded after each merge) and stop.
 *
 * @param words word -> occurrences
 */
export function* trainBpe(words: Map<string, number>, size: number): Generator<number, Bpe> {
  const tokens = [...alphabet];
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const { symbols, starts, lengths, counts } = layOut(words, idOf);
  const merges: [string, string][] = [];

  /** left -> right -> pair; two levels keep the keys small integers, which Maps hash fast. */
  const pairs: Map<number, Pair>[] = [];
  const queue = makeHeap<{ count: number; pair: Pair }>((a, b) => {
    if (a.count !== b.count) return a.count > b.count;
    return a.pair.left !== b.pair.left ? a.pair.left < b.pair.left : a.pair.right < b.pair.right;
  });
  /** Pairs that have gained occurrences since they were last queued. */
  let grown = new Set<Pair>();

  function add(left: number, right: number, word: number): void {
    pairs[left] ??= new Map();
    let pair = pairs[left].get(right);
    if (!pair) {
      pair = { left, right, count: 0, words: [] };
      pairs[left].set(right, pair);
    }
    pair.count += counts[word];
    if (pair.words.at(-1) !== word) pair.words.push(word);
    grown.add(pair);
  }
  function remove(left: number, right: number, word: number): void {
    pairs[left].get(right)!.count -= counts[word];
  }
  function queueGrown(): void {
    for (const pair of grown) if (pair.count > 0) queue.push({ count: pair.count, pair });
    grown = new Set();
  }

  function merge(pair: Pair, id: number, word: number): void {
    const { left, right } = pair;
    const start = starts[word];
    let length = lengths[word];
    for (let i = start; i + 1 < start + length; i++) {
      if (symbols[i] !== left || symbols[i + 1] !== right) continue;
      if (i > start) {
        remove(symbols[i - 1], left, word);
        add(symbols[i - 1], id, word);
      }
      if (i + 2 < start + length) {
        remove(right, symbols[i + 2], word);
        add(id, symbols[i + 2], word);
      }
      symbols[i] = id;
      symbols.copyWithin(i + 1, i + 2, start + length);
      length--;
    }
    lengths[word] = length;
  }

  for (let word = 0; word < starts.length; word++) {
    for (let i = starts[word]; i + 1 < starts[word] + lengths[word]; i++)
      add(symbols[i], symbols[i + 1], word);
  }
  queueGrown();
  while (tokens.length < size) {
    const top = queue.pop();
    if (!top) break;
    const { pair } = top;
    if (top.count !== pair.count) {
      // Merges around it have taken occurrences away since it was queued.
      if (pair.count > 0) queue.push({ count: pair.count, pair });
      continue;
    }
    const token = tokens[pair.left] + tokens[pair.right];
    // Two ways of merging may spell one token.
    let id = idOf.get(token);
    if (id === undefined) {
      id = tokens.push(token) - 1;
      idOf.set(token, id);
    }
    merges.push([tokens[pair.left], tokens[pair.right]]);
    const { words: places } = pair;
    pair.words = [];
    for (const word of places) merge(pair, id, word);
    pair.count = 0;
    queueGrown();
    yield tokens.length;
  }
  return { tokens, merges };
}

/** Words as token ids, one after another. */
function layOut(words: Map<string, number>, idOf: Map<string, number>) {
  const letterIds = Uint16Array.from({ length: 256 }, (_, byte) => idOf.get(spell(Uint8Array.of(byte)))!);
  const bytes = Array.from(words.keys(), (word) => Buffer.from(word));
  const symbols = new Int32Array(bytes.reduce((sum, word) => sum + word.length, 0));
  const starts = new Int32Array(bytes.length);
  const lengths = Int32Array.from(bytes, (word) => word.length);
  let at = 0;
  for (const [i, word] of bytes.entries()) {
    starts[i] = at;
    for (const byte of word) symbols[at++] = letterIds[byte];
  }
  return { symbols, starts, lengths, counts: Float64Array.from(words.values()) };
}
