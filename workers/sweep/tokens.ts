import type { Ragged, Tokenizer } from '../encoder/tokenizer.ts';

/** Token ids kept: 256 MB of them. */
const mostIds = 2 ** 26;

/**
 * A tokenizer that remembers whole texts: every point of a sweep encodes the same ones, and of a static model most of
 * the work is to find its tokens. Texts beyond `most` ids are tokenized each time.
 */
export function rememberTexts(tokenizer: Tokenizer, most = mostIds): Tokenizer {
  const memories = new Map<string, Map<string, Int32Array>>();
  let held = 0;
  return {
    vocabSize: tokenizer.vocabSize,
    async encode(texts, maxLength, addSpecialTokens) {
      const way = `${maxLength} ${addSpecialTokens}`;
      const known = memories.get(way) ?? new Map<string, Int32Array>();
      memories.set(way, known);
      const fresh = [...new Set(texts)].filter((text) => !known.has(text));
      const { ids, offsets } = await tokenizer.encode(fresh, maxLength, addSpecialTokens);
      const made = new Map(fresh.map((text, i) => [text, ids.slice(offsets[i], offsets[i + 1])]));
      for (const [text, of] of made) {
        if (held + of.length > most) break;
        known.set(text, of);
        held += of.length;
      }
      return joined(texts.map((text) => (known.get(text) ?? made.get(text))!));
    },
  };
}

function joined(parts: Int32Array[]): Ragged {
  const offsets = new Int32Array(parts.length + 1);
  parts.forEach((part, i) => {
    offsets[i + 1] = offsets[i] + part.length;
  });
  const ids = new Int32Array(offsets[parts.length]);
  parts.forEach((part, i) => {
    ids.set(part, offsets[i]);
  });
  return { ids, offsets };
}
