import type { Bpe } from './bpe.ts';
import { alphabet, normalizerParts, preTokenizerParts, spell } from './normalise.ts';
import type { Unigram } from './unigram.ts';

/** In the order of their ids, from 0. */
export const specialTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];

/** Special tokens and the 256 bytes are always there. */
export const smallestVocabulary = specialTokens.length + alphabet.length;

/** A tokenizer.json (Hugging Face tokenizers 1.0): text -> [CLS] tokens [SEP], or the tokens alone when asked. */
export function tokenizerJson(model: object, lowercase: boolean): object {
  const sequence = (id: 'A' | 'B', type_id: number) => ({ Sequence: { id, type_id } });
  const special = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content, id) => ({
      ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    })),
    normalizer: normalizerParts(lowercase),
    pre_tokenizer: preTokenizerParts,
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]', 0), sequence('A', 0), special('[SEP]', 0)],
      pair: [
        special('[CLS]', 0),
        sequence('A', 0),
        special('[SEP]', 0),
        sequence('B', 1),
        special('[SEP]', 1),
      ],
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((id) => [id, { id, ids: [specialTokens.indexOf(id)], tokens: [id] }]),
      ),
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model,
  };
}

export const bpeModel = ({ tokens, merges }: Bpe) => ({
  type: 'BPE',
  dropout: null,
  unk_token: '[UNK]',
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
  ignore_merges: false,
  vocab: Object.fromEntries([...specialTokens, ...tokens].map((token, id) => [token, id])),
  merges: merges.map((pair) => pair.join(' ')),
});

/**
 * Unigram lists tokens in the order of their ids. Special tokens get a score that no reading can afford: a text may
 * come to hold "[PAD]" by normalisation, as from full-width brackets, and must not become one.
 */
export function unigramModel({ bytes, pieces }: Unigram) {
  const byLetter = new Map(Array.from(bytes, (score, byte) => [spell(Uint8Array.of(byte)), score]));
  return {
    type: 'Unigram',
    unk_id: specialTokens.indexOf('[UNK]'),
    byte_fallback: false,
    vocab: [
      ...specialTokens.map((token) => [token, -1e6]),
      ...alphabet.map((letter) => [letter, short(byLetter.get(letter)!)]),
      ...pieces.map(([piece, score]) => [spell(piece), short(score)]),
    ],
  };
}

/** Six decimals are read alike by every JSON parser; Rust's default one is inexact in the last bits. */
const short = (score: number) => Number(score.toFixed(6));
