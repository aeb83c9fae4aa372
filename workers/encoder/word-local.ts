import type { Component, TokenizerJson } from './tokenizer-json.ts';

/**
 * Whether a text may be encoded word by word. Most words of a corpus are repetitions, so encoding each distinct word
 * once and looking the rest up is many times faster than encoding texts whole; but it is the same only where no part
 * of the tokenizer looks across a space. This test says yes only where that is known, text by text.
 *
 * Texts with unusual white space (doubled, leading, tabs, no-break, zero-width) are left whole: normalizers turn
 * those into spaces, or collapse them, across words.
 */
export function wordLocality(json: TokenizerJson): (text: string) => boolean {
  const { normalizer, preTokenizer, addedTokens } = json;
  // An added token cuts the text before the rest sees it: a space beside it belongs to no word.
  const local =
    normalizesLocally(normalizer) && splitsAtSpaces(preTokenizer) && !addedTokens.some((t) => t.normalized);
  if (!local) return () => false;
  return (text) => plainWords.test(text) && !addedTokens.some(({ content }) => text.includes(content));
}

const localNormalizers = [
  'NFC',
  'NFD',
  'NFKC',
  'NFKD',
  'Lowercase',
  'StripAccents',
  'BertNormalizer',
  'Strip',
];

function normalizesLocally(normalizer: Component | null): boolean {
  if (!normalizer) return true;
  switch (normalizer.type) {
    case 'Sequence':
      return (normalizer.normalizers as Component[]).every(normalizesLocally);
    case 'Precompiled': // sentencepiece's character map: per grapheme, and a plain space is one
      return true;
    case 'Replace': {
      const { String: literal, Regex: regex } = normalizer.pattern as { String?: string; Regex?: string };
      return literal === undefined ? localPatterns.includes(regex!) : !/\s/.test(literal);
    }
    default:
      return localNormalizers.includes(normalizer.type);
  }
}

/** XLM-RoBERTa's collapsing of spaces, of which plain words have none; and the one that our own trainer writes. */
export const controlCharacters = '[\\p{Cc}\uFEFF]';
const localPatterns = [' {2,}', controlCharacters];

/** What follows in a sequence sees the pieces of one word only. */
function splitsAtSpaces(preTokenizer: Component | null): boolean {
  switch (preTokenizer?.type) {
    case 'Sequence': {
      const [first = null, ...rest] = preTokenizer.pretokenizers as Component[];
      // Split off before, a word that does not begin its text would get no metaspace.
      return splitsAtSpaces(first) && !rest.some((next) => next.prepend_scheme === 'first');
    }
    case 'Metaspace':
      return preTokenizer.split !== false && preTokenizer.prepend_scheme !== 'never';
    case 'WhitespaceSplit':
    case 'Whitespace':
    case 'BertPreTokenizer':
      return true;
    default:
      return false;
  }
}

/**
 * Characters that become or hold a space: by their compatibility form, such as U+00A8 (space, combining diaeresis),
 * or in sentencepiece's character maps (U+2581, U+FFFD). Every character below U+20000 was tried before, after and
 * between words under those maps: these are all.
 */
const spacedForms = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code))
  .filter((char) => '\u2581\ufffd'.includes(char) || char.normalize('NFKC').includes(' '))
  .join('');
const wordCharacter = `[^\\p{C}\\p{Z}\\s${spacedForms}]`;
const plainWords = new RegExp(`^${wordCharacter}+(?: ${wordCharacter}+)*$`, 'u');
