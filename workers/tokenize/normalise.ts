import { controlCharacters } from '../encoder/word-local.ts';

/**
 * How text becomes words, once as the parts of a tokenizer.json and once as the function that the trainers use. The
 * two must agree, and the parts are chosen so that implementations of the format (Rust, JavaScript) cannot differ:
 *
 * - control characters and U+FEFF become spaces first: they are white space to one implementation only;
 * - the final sigma is folded after lower-casing: JavaScript looks at its context, Rust does not;
 * - digits and punctuation are cut off by a pattern: the Digits component means other digits in JavaScript, and
 *   symbols beyond ASCII stay with their word, since each new version of Unicode brings new ones.
 *
 * A digit is a word of its own; so is a run of punctuation, as in BERT and sentencepiece, or "school." would be
 * another word than "school". What follows white space begins with a space. Words are spelled in bytes, each shown as
 * a letter of GPT-2's alphabet (Radford et al. 2019), so that 256 tokens spell every text and none is unknown: on
 * Korean and English 4,000 such tokens took 40.0 a text where 4,000 of characters with byte fallback took 41.9, and
 * 16,000 of either 30.3.
 */
const cutAt = ' ?(?:\\p{N}|[\\p{P}$+<=>^`|~]+)';

export function normalizerParts(lowercase: boolean): object {
  return {
    type: 'Sequence',
    normalizers: [
      { type: 'Replace', pattern: { Regex: controlCharacters }, content: ' ' },
      { type: 'NFKC' },
      ...(lowercase
        ? [{ type: 'Lowercase' }, { type: 'Replace', pattern: { String: 'ς' }, content: 'σ' }]
        : []),
    ],
  };
}

export const preTokenizerParts = {
  type: 'Sequence',
  pretokenizers: [
    { type: 'WhitespaceSplit' },
    // With a plain space for its mark it does nothing but put one before each word.
    { type: 'Metaspace', replacement: ' ', prepend_scheme: 'always', split: false },
    { type: 'Split', pattern: { Regex: cutAt }, behavior: 'Isolated', invert: false },
    { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
  ],
};

const controls = new RegExp(controlCharacters, 'gu');
const cuts = new RegExp(`(${cutAt})`, 'u');

/** The words of a text, as the parts above cut it, before they are spelled. */
export function wordsOf(text: string, lowercase: boolean): string[] {
  let normal = text.replace(controls, ' ').normalize('NFKC');
  if (lowercase) normal = normal.toLowerCase().replaceAll('ς', 'σ');
  const words = normal.split(/\s+/).filter((word) => word !== '');
  return words.flatMap((word) => ` ${word}`.split(cuts).filter((part) => part !== ''));
}

/** Printable bytes stand for themselves, the others for U+0100, U+0101, ... in their order. */
const byteLetters = (() => {
  const printable = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

/** A piece of text in GPT-2's byte alphabet. */
export const spell = (piece: string | Uint8Array) =>
  Array.from(typeof piece === 'string' ? Buffer.from(piece) : piece, (byte) => byteLetters[byte]).join('');

/** The 256 letters in code-point order, which is the order of their token ids. */
export const alphabet = [...byteLetters].sort();
