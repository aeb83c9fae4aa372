import { cross, type Domain, table } from '../grammar.ts';
import { closings, days, minutes, openings, places } from '../words.ts';

const venues = table(
  'venue',
  `
  한식당 = Korean restaurant
  중국집 = Chinese restaurant
  초밥집 = sushi restaurant
  국숫집 = noodle house
  피자집 = pizzeria
  고깃집 = barbecue restaurant
  채식 식당 = vegetarian restaurant
  분식집 = snack bar
  빵집 = bakery
  횟집 = raw fish restaurant
  `,
);
const sitDown = venues.filter(({ venue }) => !/bar$|bakery/.test(venue.en));

const parties = table(
  'party',
  `
  부모님 환갑잔치 = a parents' sixtieth birthday party
  아이 돌잔치 = a child's first birthday party
  회사 회식 = a company dinner
  동창 모임 = a class reunion
  결혼기념일 저녁 = a wedding anniversary dinner
  송별회 = a farewell party
  단둘이 하는 점심 = a lunch for two
  `,
);

const tables = table(
  'seat',
  `
  조용한 방 = a quiet private room
  창가 자리 = the table by the window
  긴 식탁 = the long table
  옥상 자리 = the table on the roof terrace
  안쪽 온돌방 = the heated floor room at the back
  무대 앞 자리 = the table before the stage
  `,
);

const dishes = table(
  'dish',
  `
  냉면 = cold noodles
  비빔밥 = rice with vegetables
  삼계탕 = ginseng chicken soup
  갈비찜 = braised short ribs
  해물파전 = seafood pancake
  순두부찌개 = soft tofu stew
  짜장면 = black bean noodles
  김밥 = seaweed rice rolls
  닭강정 = sweet fried chicken
  팥빙수 = shaved ice with red beans
  `,
);
const mains = dishes.slice(0, 9);

const allergens = table(
  'allergen',
  `
  땅콩 = peanuts
  우유 = milk
  달걀 = egg
  새우 = shrimp
  밀가루 = wheat flour
  메밀 = buckwheat
  마늘 = garlic
  `,
);

const contents = table(
  'content',
  `
  소스에만 들어갑니다 = only in the sauce
  전혀 쓰지 않습니다 = none at all
  양념에 조금 들어갑니다 = a little in the seasoning
  말씀하시면 빼고 만듭니다 = left out if you tell us
  위에 뿌리는 가루에 섞여 있습니다 = mixed into the topping
  `,
);

const wishes = table(
  'wish reply',
  `
  덜 맵게 = less spicy / 고춧가루를 반만 넣어 드립니다 = we put in only half the chilli powder
  곱빼기로 = as a double portion / 2천 원을 더 내시면 됩니다 = you pay 2,000 won more
  포장으로 = as takeaway / 국물과 건더기를 따로 담아 드립니다 = broth and solids are packed separately
  싱겁게 = with less salt / 간장을 작은 그릇에 따로 냅니다 = soy sauce is served apart in a small bowl
  아이가 먹게 잘게 썰어 = cut small for a child / 가위와 작은 접시를 함께 드립니다 = scissors and a small plate are brought too
  반찬 없이 = without side dishes / 천 원을 빼 드립니다 = we take off 1,000 won
  `,
);

const occasions = table(
  'occasion drink',
  `
  더운 여름날 = on a hot summer day / 차가운 보리차 = cold barley tea
  비 오는 저녁 = on a rainy evening / 막걸리 = rice wine
  추운 겨울밤 = on a cold winter night / 따뜻한 생강차 = hot ginger tea
  운전해야 하는 자리 = at a meal after which you must drive / 탄산수 = sparkling water
  친구 생일 = at a friend's birthday / 달콤한 매실주 = sweet plum wine
  어른을 모시는 자리 = at a meal with elders / 맑은 청주 = clear rice wine
  `,
);

const settling = table(
  'settle how',
  `
  각자 계산 = separate bills / 계산대에서 먹은 것을 말씀하시면 나누어 드립니다 = tell the till what you had and it is divided
  식권 = meal vouchers / 평일 점심에만 받습니다 = they are taken at weekday lunch only
  외국 돈 = foreign money / 받지 않으니 카드를 준비하십시오 = it is not accepted, so have a card ready
  회사 이름 영수증 = a receipt in the company's name / 사업자 번호를 알려 주시면 떼어 드립니다 = we issue one if you give the business number
  예약금 = a deposit / 음식값에서 빼 드립니다 = it is taken off the bill
  팁 = tips / 놓고 가실 필요가 없습니다 = there is no need to leave any
  `,
);

export const restaurant: Domain = {
  name: 'restaurant',
  topics: {
    booking: {
      about: cross(sitDown, parties),
      facts: [tables, days],
      ask: `
        {venue}에서 {party:을} 하려고 하는데 예약이 되나요?
        I want to hold {party} at the {venue}; can I book?
        {party:을} 위한 자리를 {venue}에 부탁드립니다. 언제가 좋습니까?
        I would like to ask the {venue} for places for {party}. When is good?
      `,
      tell: `
        {venue:은} {party} 손님께 {seat:을} 내드립니다. {day:은} 비어 있으니 전화만 주십시오.
        For {party} the {venue} gives you {seat}. {day} is free, so just ring us.
        {day}에는 {seat:이} 남았어요. {venue}에서 하는 {party:은} 두 시간까지 쓸 수 있어요.
        On {day}, {seat} is left. At the {venue}, {party} may last up to two hours.
      `,
    },
    allergy: {
      about: cross(mains, allergens),
      facts: [contents],
      ask: `
        {dish}에 {allergen:이} 들어 있나요?
        Do you use {allergen} in the {dish}?
        {allergen} 알레르기가 있습니다. {dish:을} 먹어도 괜찮겠습니까?
        I am allergic to {allergen}. May I eat the {dish}?
      `,
      tell: `
        주방장의 말로는 {dish}의 경우 {allergen:은} {content}. 걱정되시면 직원에게 알려 주십시오.
        The chef on {allergen} in the {dish}: {content}. If in doubt, tell the staff.
        {dish:을} 주문하실 때 참고하십시오. {allergen:은} {content}.
        Please note when ordering the {dish}. As for {allergen}: {content}.
      `,
    },
    wish: {
      about: cross(mains, wishes),
      ask: `
        {dish:을} {wish} 주문할 수 있어요?
        Can I order the {dish} {wish}?
        {dish} 하나를 {wish} 부탁드려도 됩니까?
        May I ask for the {dish} {wish}, please?
      `,
      tell: `
        {dish:은} {wish} 해 드릴 수 있습니다. {reply}.
        The {dish} can be done {wish}. {reply}.
        주문하실 때 {wish} 달라고 적어 주십시오. {dish}에는 {reply}.
        Write on the slip that you want it {wish}. With the {dish}, {reply}.
      `,
    },
    hours: {
      about: cross(venues, days),
      facts: [openings.slice(3), closings.slice(3)],
      ask: `
        그 {venue:은} {day}에 몇 시에 열어요?
        At what time does the {venue} open on {day}?
        {day} 저녁에도 {venue:이} 영업합니까?
        Is the {venue} in business on {day} evening as well?
      `,
      tell: `
        {venue}에서는 {day}에 {open}부터 손님을 받고, 마지막 주문은 {close}입니다.
        At the {venue}, guests are welcome from {open} on {day}, and last orders are at {close}.
        {day} 영업은 {open}에 시작해요. {venue} 요리사가 쉬는 오후에는 잠깐 닫아요.
        On {day} business begins at {open}. In the afternoon, while the cook rests, the {venue} shuts for a while.
      `,
    },
    delivery: {
      about: cross(venues.slice(0, 8), places),
      facts: [minutes.slice(3)],
      ask: `
        {place} {venue:은} 집까지 배달해 주나요?
        Does the {venue} {place} bring food to the house?
        {place} {venue}에 음식을 시키면 얼마나 기다려야 합니까?
        How long must I wait if I order a meal from the {venue} {place}?
      `,
      tell: `
        {place} {venue:은} 주문을 받고 {minutes} 안에 오토바이로 가져다줍니다. 그릇은 문 앞에 두십시오.
        The {venue} {place} delivers by motorcycle within {minutes} of the order. Leave the bowls outside your door.
        배달하는 데 {minutes:이면} 돼요. {place} {venue:은} 두 사람 몫부터 받아요.
        Delivery takes no more than {minutes}. The {venue} {place} accepts orders for two or more.
      `,
    },
    drink: {
      about: cross(dishes.slice(0, 9), occasions),
      ask: `
        {occasion}에 {dish:과} 함께 마실 것을 추천해 주세요.
        Please recommend something to drink with {dish} {occasion}.
        {dish:을} 먹으려는데 {occasion}에는 어떤 음료가 어울립니까?
        We are having {dish} {occasion}; what beverage suits it?
      `,
      tell: `
        {occasion:이라면} {dish}에 {drink:을} 곁들이는 것이 좋습니다. 맛이 서로 살아납니다.
        {occasion}, {drink} goes well with {dish}. Each brings out the taste of the other.
        {drink:을} 권해요. {dish:은} {occasion}에 특히 인기가 많아서 넉넉히 준비했어요.
        We suggest {drink}. There is plenty of {dish}, a favourite {occasion}.
      `,
    },
    settle: {
      about: cross(sitDown, settling),
      ask: `
        {venue}에서 {settle:은} 어떻게 되는지 알고 싶어요.
        I would like to know about {settle} at the {venue}.
        {venue:은} {settle} 문제를 어떻게 처리합니까?
        How does the {venue} deal with {settle}?
      `,
      tell: `
        {venue} 주인이 알려 드립니다. {settle:은} {how}.
        A word from the owner of the {venue} on {settle}: {how}.
        손님이 자주 묻는 {settle} 이야기입니다. 저희 {venue}에서는 {how}.
        Guests often ask about {settle}. Here at the {venue}, {how}.
      `,
    },
  },
};
