import { table } from './grammar.ts';

/** Tables that several domains share. */

/** Where a bank, a library, a clinic stands: Korean puts it before the noun, English after. */
export const places = table(
  'place',
  `
  역 앞 = by the station
  시장 옆 = next to the market
  시청 뒤 = behind the city hall
  공원 입구 = at the park entrance
  대학교 근처 = near the university
  강변 = by the river
  다리 건너 = across the bridge
  버스 터미널 옆 = beside the bus terminal
  언덕 위 = on the hill
  `,
);

export const days = table(
  'day',
  `
  월요일 = Monday
  화요일 = Tuesday
  수요일 = Wednesday
  목요일 = Thursday
  금요일 = Friday
  토요일 = Saturday
  일요일 = Sunday
  `,
);

export const openings = table(
  'open',
  `
  아침 일곱 시 = seven in the morning
  오전 여덟 시 반 = half past eight in the morning
  오전 아홉 시 = nine in the morning
  오전 열 시 = ten in the morning
  오전 열한 시 = eleven in the morning
  정오 = noon
  `,
);

export const closings = table(
  'close',
  `
  오후 네 시 = four in the afternoon
  오후 다섯 시 반 = half past five in the afternoon
  저녁 여섯 시 = six in the evening
  저녁 일곱 시 = seven in the evening
  저녁 여덟 시 반 = half past eight in the evening
  밤 열 시 = ten at night
  `,
);

/** Lengths of time counted in days. */
export const waits = table(
  'wait',
  `
  이틀 = two days
  사흘 = three days
  나흘 = four days
  닷새 = five days
  일주일 = a week
  열흘 = ten days
  보름 = two weeks
  `,
);

/** Lengths of time counted in minutes. */
export const minutes = table(
  'minutes',
  `
  오 분 = five minutes
  십 분 = ten minutes
  십오 분 = a quarter of an hour
  이십 분 = twenty minutes
  삼십 분 = half an hour
  사십 분 = forty minutes
  한 시간 = an hour
  `,
);

export const fees = table(
  'fee',
  `
  2천 원 = 2,000 won
  3천 원 = 3,000 won
  5천 원 = 5,000 won
  8천 원 = 8,000 won
  만 원 = 10,000 won
  만 2천 원 = 12,000 won
  만 5천 원 = 15,000 won
  2만 원 = 20,000 won
  `,
);
