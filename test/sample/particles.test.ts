import assert from 'node:assert/strict';
import test from 'node:test';
import { withParticle } from '../../sample/particles.ts';

test('a particle takes the form that fits how the word before it ends', () => {
  const expected: [word: string, particle: string, both: string][] = [
    ['사과', '을', '사과를'],
    ['감', '을', '감을'],
    ['귤', '은', '귤은'],
    ['배', '은', '배는'],
    ['집', '이', '집이'],
    ['차', '이', '차가'],
    ['책', '과', '책과'],
    ['의자', '과', '의자와'],
    ['지은', '아', '지은아'],
    ['영수', '아', '영수야'],
    ['치즈', '를', '치즈를'],
    ['밥', '를', '밥을'],
    // After ㄹ, 로 and not 으로; all other particles treat it as a consonant.
    ['부산', '으로', '부산으로'],
    ['서울', '으로', '서울로'],
    ['대구', '으로', '대구로'],
    ['서울', '이', '서울이'],
    ['연필', '으로는', '연필로는'],
    ['우산', '으로도', '우산으로도'],
    // The copula and what grew out of it.
    ['연필', '이나', '연필이나'],
    ['우유', '이나', '우유나'],
    ['일주일', '이면', '일주일이면'],
    ['나흘', '이라면', '나흘이라면'],
    ['나무', '이라도', '나무라도'],
    ['폭우', '이라는데', '폭우라는데'],
    ['금요일', '이에요', '금요일이에요'],
    ['오후', '이에요', '오후예요'],
    ['문제', '이었다', '문제였다'],
    ['선물', '이었다', '선물이었다'],
    // Numbers end as they are read: 일 이 삼 사 오 육 칠 팔 구, and 십, 백, 천, 만, 억, 조.
    ['3', '을', '3을'],
    ['5', '을', '5를'],
    ['7', '으로', '7로'],
    ['6', '으로', '6으로'],
    ['0', '이', '0이'],
    ['10', '과', '10과'],
    ['1,200', '이', '1,200이'],
    ['1000000000000', '이', '1000000000000가'],
    ['50%', '을', '50%를'],
    // Capitals are spelt out, other Latin words are read as loan words.
    ['SMS', '을', 'SMS를'],
    ['PDF', '은', 'PDF는'],
    ['URL', '으로', 'URL로'],
    ['HTML', '은', 'HTML은'],
    ['ATM', '이', 'ATM이'],
    ['Google', '으로', 'Google로'],
    ['Amazon', '은', 'Amazon은'],
    ['cake', '을', 'cake를'],
    ['shop', '이', 'shop이'],
    // Brackets and quotation marks are not read.
    ['"우산"', '이', '"우산"이'],
    ['미역(바다)', '을', '미역(바다)를'],
  ];
  for (const [word, particle, both] of expected) assert.equal(withParticle(word, particle), both);
});

test('what has one form only, or cannot be read, is refused', () => {
  assert.throws(() => withParticle('집', '에서'), /no particle with two forms/);
  assert.throws(() => withParticle('…', '을'), /cannot tell how/);
  assert.throws(() => withParticle('', '을'), /cannot tell how/);
});
