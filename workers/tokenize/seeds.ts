/** Distinct words as one sequence of characters. */
export interface Sentence {
  /** Index into `alphabet` of each character, word after word. */
  chars: Int32Array;
  /** The distinct characters, in order of first occurrence. */
  alphabet: string[];
  /** Word w is `chars[bounds[w]] .. chars[bounds[w + 1] - 1]`, and occurs `counts[w]` times. */
  bounds: Int32Array;
  counts: Float64Array;
}

/** Candidate pieces and every place where they occur. */
export interface Seeds {
  /** One place of each piece, its length in characters, and its occurrences. */
  starts: Int32Array;
  lengths: Uint8Array;
  counts: Float64Array;
  /** Occurrences that begin at character i: `offsets[i] .. offsets[i + 1] - 1`, shorter pieces first. */
  offsets: Int32Array;
  pieces: Int32Array;
}

/** sentencepiece's defaults for max_sentencepiece_length and seed_sentencepiece_size. */
const maxLength = 16;
const maxSeeds = 1_000_000;

export function layOut(words: Map<string, number>): Sentence {
  const alphabet = new Map<string, number>();
  const chars: number[] = [];
  const bounds = new Int32Array(words.size + 1);
  let w = 0;
  for (const word of words.keys()) {
    for (const char of word) {
      let id = alphabet.get(char);
      if (id === undefined) {
        id = alphabet.size;
        alphabet.set(char, id);
      }
      chars.push(id);
    }
    bounds[++w] = chars.length;
  }
  return {
    chars: Int32Array.from(chars),
    alphabet: [...alphabet.keys()],
    bounds,
    counts: Float64Array.from(words.values()),
  };
}

/** The frequent substrings of one length, numbered within that length, and their occurrences by place. */
interface Level {
  places: Int32Array;
  ids: Int32Array;
  counts: Float64Array;
  /** One place of each substring. */
  starts: Int32Array;
  /** 1: some substring one longer contains it and is as frequent. */
  covered: Uint8Array;
}

/**
 * Candidates: the characters of several bytes, and the substrings of words that occur twice or more and are not
 * part of a longer substring that occurs as often; the best 1,000,000 by occurrences x length. sentencepiece finds
 * them with a suffix array. Here they are counted length by length: a substring is named by its two substrings that
 * are one shorter, and looked at only where both of these are frequent. Yields the substrings found of each length.
 */
export function* findSeeds(sentence: Sentence): Generator<number, Seeds> {
  const { chars, alphabet, bounds, counts } = sentence;
  const wordOf = new Int32Array(chars.length);
  for (let w = 0; w < counts.length; w++) wordOf.fill(w, bounds[w], bounds[w + 1]);

  const levels = [firstLevel(sentence, wordOf)];
  while (levels.length < maxLength) {
    const level = nextLevel(levels.at(-1)!, levels.length + 1, sentence, wordOf);
    if (level.places.length === 0) break;
    levels.push(level);
    yield level.counts.length;
  }
  const candidates = levels.flatMap(({ counts, covered }, n) =>
    Array.from(counts, (count, id) => ({ n, id, count, score: count * (n + 1) })).filter(({ id }) =>
      n === 0 ? Buffer.byteLength(alphabet[id]) > 1 : !covered[id],
    ),
  );
  // Stable, so that equal scores keep the order of length and first occurrence.
  const seeds = candidates.sort((a, b) => b.score - a.score).slice(0, maxSeeds);
  const pieceOf = levels.map(({ counts }) => new Int32Array(counts.length).fill(-1));
  for (const [piece, { n, id }] of seeds.entries()) pieceOf[n][id] = piece;
  return {
    starts: Int32Array.from(seeds, ({ n, id }) => levels[n].starts[id]),
    lengths: Uint8Array.from(seeds, ({ n }) => n + 1),
    counts: Float64Array.from(seeds, ({ count }) => count),
    ...placesOf(levels, pieceOf, chars.length),
  };
}

function firstLevel({ chars, alphabet, counts }: Sentence, wordOf: Int32Array): Level {
  const level = {
    places: Int32Array.from(chars.keys()),
    ids: chars,
    counts: new Float64Array(alphabet.length),
    starts: new Int32Array(alphabet.length),
    covered: new Uint8Array(alphabet.length),
  };
  for (let i = 0; i < chars.length; i++) {
    level.counts[chars[i]] += counts[wordOf[i]];
    level.starts[chars[i]] = i;
  }
  return level;
}

function nextLevel(shorter: Level, length: number, { bounds, counts }: Sentence, wordOf: Int32Array): Level {
  const { places, ids } = shorter;
  const found = new Map<number, { id: number; count: number; start: number; parts: [number, number] }>();
  const at: number[] = [];
  const of: { id: number }[] = [];
  for (let i = 0; i + 1 < places.length; i++) {
    const place = places[i];
    const word = wordOf[place];
    if (places[i + 1] !== place + 1 || place + length > bounds[word + 1]) continue;
    // Two ids below 2^26 make one exact number.
    const key = ids[i] * 2 ** 26 + ids[i + 1];
    let substring = found.get(key);
    if (!substring) {
      substring = { id: -1, count: 0, start: place, parts: [ids[i], ids[i + 1]] };
      found.set(key, substring);
    }
    substring.count += counts[word];
    at.push(place);
    of.push(substring);
  }
  const frequent = [...found.values().filter(({ count }) => count >= 2)];
  for (const [id, substring] of frequent.entries()) {
    substring.id = id;
    for (const part of substring.parts) {
      if (shorter.counts[part] === substring.count) shorter.covered[part] = 1;
    }
  }
  const kept = of.flatMap(({ id }, i) => (id >= 0 ? [i] : []));
  return {
    places: Int32Array.from(kept, (i) => at[i]),
    ids: Int32Array.from(kept, (i) => of[i].id),
    counts: Float64Array.from(frequent, ({ count }) => count),
    starts: Int32Array.from(frequent, ({ start }) => start),
    covered: new Uint8Array(frequent.length),
  };
}

/** All occurrences of the chosen substrings, ordered by place. */
function placesOf(levels: Level[], pieceOf: Int32Array[], length: number) {
  const offsets = new Int32Array(length + 1);
  const each = (visit: (place: number, piece: number) => void) => {
    for (const [n, { places, ids }] of levels.entries()) {
      for (let i = 0; i < places.length; i++) {
        const piece = pieceOf[n][ids[i]];
        if (piece >= 0) visit(places[i], piece);
      }
    }
  };
  each((place) => offsets[place + 1]++);
  for (let i = 0; i < length; i++) offsets[i + 1] += offsets[i];
  const pieces = new Int32Array(offsets[length]);
  const next = offsets.slice();
  each((place, piece) => {
    pieces[next[place]++] = piece;
  });
  return { offsets, pieces };
}
