/** How a word ends when it is read aloud in Korean: this decides the form of the particle that follows it. */
type Ending = 'VOWEL' | 'RIEUL' | 'CONSONANT';

/** Forms after a final consonant and after a vowel, looked up by either form. */
const pairs = [
  ['은', '는'],
  ['이', '가'],
  ['을', '를'],
  ['과', '와'],
  ['아', '야'],
];
const forms = new Map(pairs.flatMap((pair) => pair.map((form) => [form, pair])));

const HANGUL_FIRST = 0xac00;
const HANGUL_LAST = 0xd7a3;
const FINALS = 28;
const FINAL_RIEUL = 8;

const hangulEnding = (syllable: string): Ending => {
  const final = (syllable.codePointAt(0)! - HANGUL_FIRST) % FINALS;
  return final === 0 ? 'VOWEL' : final === FINAL_RIEUL ? 'RIEUL' : 'CONSONANT';
};

/** 영 일 이 삼 사 오 육 칠 팔 구; a trailing zero is read as 십, 백, 천, 만 or 억, all consonants, except 조 (10^12). */
const digitEnding = (number: string): Ending => {
  const zeros = /0*$/.exec(number)![0].length;
  if (zeros >= 12 && zeros < 16 && zeros < number.length) return 'VOWEL';
  const last = number.at(-1)!;
  return '178'.includes(last) ? 'RIEUL' : '036'.includes(last) ? 'CONSONANT' : 'VOWEL';
};

/**
 * Capitals are spelt out letter by letter (엘 엠 엔 알); other words are taken as loan words, where a final l, m, n
 * or ng and a stop after a single short vowel stay a final consonant (호텔, 팀, 샵) and all else gains a vowel (버스).
 */
const latinEnding = (word: string): Ending => {
  if (/^[A-Z]+$/.test(word)) {
    const last = word.at(-1)!;
    return 'LR'.includes(last) ? 'RIEUL' : 'MN'.includes(last) ? 'CONSONANT' : 'VOWEL';
  }
  const lower = word.toLowerCase();
  if (/(l|le)$/.test(lower)) return 'RIEUL';
  return /(m|n|ng|me|ne|(^|[^aeiou])[aeiou][bckpt])$/.test(lower) ? 'CONSONANT' : 'VOWEL';
};

function endingOf(word: string): Ending {
  const spoken = word.replace(/[^\p{L}\p{N}%]+$/u, '');
  const last = spoken.at(-1) ?? '';
  if (last >= String.fromCodePoint(HANGUL_FIRST) && last <= String.fromCodePoint(HANGUL_LAST))
    return hangulEnding(last);
  if (last === '%') return 'VOWEL'; // 퍼센트
  const number = /[\d,]*\d$/.exec(spoken);
  if (number) return digitEnding(number[0].replaceAll(',', ''));
  const latin = /[A-Za-z]+$/.exec(spoken);
  if (latin) return latinEnding(latin[0]);
  throw new Error(`cannot tell how "${word}" is read`);
}

/**
 * The word with the form of the particle that fits it: `('집', '를')` gives `집을`, `('서울', '으로')` gives `서울로`,
 * `('나무', '이라면')` gives `나무라면`. Either form names the particle; the copula's endings (이나, 이면, 이라고 ...)
 * are named with their 이. Throws for a particle that has one form only.
 */
export function withParticle(word: string, particle: string): string {
  const ending = endingOf(word);
  if (/^으?로/.test(particle)) {
    const rest = particle.replace(/^으?로/, '');
    return `${word}${ending === 'CONSONANT' ? '으로' : '로'}${rest}`;
  }
  const pair = forms.get(particle);
  if (pair) return word + pair[ending === 'VOWEL' ? 1 : 0];
  if (!/^이./.test(particle)) throw new Error(`"${particle}" is no particle with two forms`);
  return word + (ending === 'VOWEL' ? contracted(particle) : particle);
}

/** After a vowel the copula's 이 is lost, or melts into what follows. */
const contracted = (particle: string) =>
  particle.replace(/^이었/, '였').replace(/^이에/, '예').replace(/^이/, '');
