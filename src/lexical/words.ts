/**
 * Terms for BM25. Korean glues particles to its nouns and joins nouns freely, so a word is a poor term; its
 * overlapping pairs of syllables find the same stem under other particles (Lee and Ahn 1996, and Lucene's CJK
 * analyser). Other words are lower-cased and English endings taken off.
 * No stop words: idf does their work within a language.
 */
const paired = String.raw`[[\p{scx=Hangul}\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]&&\p{L}]`;
const word = new RegExp(String.raw`(?<paired>${paired}+)|[[\p{L}\p{M}\p{N}]--${paired}]+`, 'gv');

export function terms(text: string): string[] {
  const found: string[] = [];
  for (const match of text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/['’]s\b/g, '')
    .matchAll(word)) {
    if (match.groups!.paired === undefined) {
      found.push(stem(match[0]));
      continue;
    }
    const syllables = [...match[0]];
    if (syllables.length === 1) found.push(match[0]);
    for (let i = 0; i + 1 < syllables.length; i++) found.push(syllables[i] + syllables[i + 1]);
  }
  return found;
}

const vowel = /[aeiou]|[^aeiou]y/;

/**
 * Step 1 of Porter's stemmer (1980): plurals, -ed and -ing, final y. His further steps bring together words that
 * search should keep apart (general, generate).
 */
export function stem(term: string): string {
  if (!/^[a-z]{3,}$/.test(term)) return term;
  const word = term.replace(/sses$|ies$/, (ending) => ending.slice(0, -2)).replace(/(?<!s)s$/, '');
  if (word.endsWith('eed')) return word.replace(/([aeiouy][^aeiou].*)eed$/, '$1ee');
  const bare = word.replace(/ed$|ing$/, '');
  const ended = bare !== word && vowel.test(bare) ? mended(bare) : word;
  return ended.endsWith('y') && vowel.test(ended.slice(0, -1)) ? `${ended.slice(0, -1)}i` : ended;
}

/** Gives back the e that the ending took (filing), or takes the consonant that it doubled (hopping). */
function mended(bare: string): string {
  if (/(at|bl|iz)$/.test(bare) || /^[^aeiou]+[aeiouy][^aeiouwxy]$/.test(bare)) return `${bare}e`;
  return /([^aeioulsz])\1$/.test(bare) ? bare.slice(0, -1) : bare;
}
