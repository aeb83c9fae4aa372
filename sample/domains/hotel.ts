import { cross, type Domain, table } from '../grammar.ts';
import { days, fees, minutes, openings } from '../words.ts';

const lodgings = table(
  'lodging',
  `
  해변 호텔 = beach hotel
  한옥 민박 = traditional guesthouse
  산장 = mountain lodge
  유스호스텔 = youth hostel
  온천 여관 = hot spring inn
  공항 호텔 = airport hotel
  캠핑장 오두막 = campsite cabin
  절 숙소 = temple lodging
  `,
);

const comforts = table(
  'comfort',
  `
  주방 = kitchen
  세탁기 = washing machine
  수영장 = swimming pool
  아기 침대 = baby cot
  자전거 대여소 = bicycle hire desk
  바비큐장 = barbecue area
  반려견 놀이터 = dog run
  회의실 = meeting room
  온돌방 = heated floor room
  `,
);

const conditions = table(
  'condition',
  `
  밤 열 시까지 무료로 쓸 수 있습니다 = it is free to use until ten at night
  하루 전에 예약하면 됩니다 = it can be booked a day ahead
  현관 직원에게 열쇠를 받으십시오 = collect the key from the porter
  한 시간에 5천 원입니다 = it is 5,000 won an hour
  지금은 수리하느라 닫혀 있습니다 = it is closed for repairs at present
  `,
);

const arrivals = table(
  'arrival advice',
  `
  한밤중에 도착하면 = arriving in the middle of the night / 문 옆 상자의 비밀번호를 문자로 보내 드립니다 = the code of the box by the door comes by text
  정오 전에 도착하면 = arriving before noon / 방이 준비될 때까지 짐을 맡아 드립니다 = your bags are kept until the room is ready
  하루 늦게 도착하면 = arriving a day late / 전화하지 않으면 예약이 취소됩니다 = the booking is cancelled unless you ring
  아기를 데리고 오면 = coming with a baby / 물 끓이는 주전자와 욕조를 넣어 드립니다 = a kettle and a tub are put in the room
  개를 데리고 오면 = coming with a dog / 청소비를 따로 받습니다 = a cleaning fee is charged
  열 명이 함께 오면 = coming as a party of ten / 마당 쪽 큰 방을 내드립니다 = you get the large room by the yard
  휠체어를 타고 오면 = coming in a wheelchair / 일 층 넓은 방을 드립니다 = you get a wide room on the ground floor
  `,
);

const sights = table(
  'sight',
  `
  기차역 = the railway station
  어시장 = the fish market
  전망대 = the viewing tower
  식물원 = the botanical garden
  옛 성곽 = the old city wall
  국제공항 = the international airport
  해수욕장 = the bathing beach
  스키장 = the ski slope
  `,
);

const ways = table(
  'way',
  `
  셔틀버스로 = by shuttle bus
  시내버스로 = by city bus
  택시로 = by taxi
  렌터카로 = by rental car
  `,
);

const diets = table(
  'diet meal',
  `
  채식하는 손님 = vegetarian guests / 두부와 나물 = tofu and greens
  아이를 데려온 손님 = guests with children / 죽과 과일 = porridge and fruit
  일찍 떠나는 손님 = guests who leave early / 도시락 = a packed breakfast
  우유를 못 마시는 손님 = guests who cannot drink milk / 두유와 쌀빵 = soy milk and rice bread
  빵을 좋아하는 손님 = guests who like bread / 갓 구운 식빵과 잼 = fresh toast and jam
  국을 찾는 손님 = guests who want soup / 미역국과 밥 = seaweed soup and rice
  `,
);

const rooms = table(
  'room',
  `
  이인실 = double room
  일인실 = single room
  가족실 = family room
  다락방 = attic room
  바다 보이는 방 = room with a sea view
  지하방 = basement room
  여덟 명 방 = eight-bed dormitory
  `,
);

const complaints = table(
  'complaint response',
  `
  난방이 안 돼요 = the heating is off / 전기난로와 담요를 바로 올려 드립니다 = an electric heater and blankets are sent up at once
  옆방이 시끄러워요 = the neighbours are loud / 조용한 층으로 옮겨 드립니다 = you are moved to a quiet floor
  더운물이 안 나와요 = there is no hot water / 보일러를 다시 켜고 십 분 기다립니다 = the boiler is restarted, which takes ten minutes
  창문이 안 닫혀요 = the window will not shut / 수리공이 올라가 고정합니다 = a handyman goes up to fix it
  벌레가 나왔어요 = there are insects / 방을 소독하고 하룻밤 값을 빼 드립니다 = it is disinfected and one night is taken off the bill
  열쇠가 없어졌어요 = the key is gone / 신분을 확인하고 새 카드를 만들어 드립니다 = you are identified and given a new card
  수건이 젖어 있어요 = the towels are damp / 마른 것을 문 앞에 걸어 둡니다 = dry ones are hung outside the door
  `,
);

const cancellations = table(
  'when penalty',
  `
  일주일 전 = a week before / 수수료가 없습니다 = there is no charge
  사흘 전 = three days before / 하룻밤 값의 삼십 퍼센트를 냅니다 = thirty per cent of one night is due
  하루 전 = a day before / 하룻밤 값의 절반을 냅니다 = half of one night is due
  당일 = on the same day / 전액을 냅니다 = the full price is due
  태풍이 올 때 = when a typhoon comes / 날짜를 바꾸면 돈을 받지 않습니다 = moving the date costs nothing
  병이 났을 때 = in case of illness / 진단서를 보내면 모두 돌려드립니다 = with a medical certificate everything is paid back
  `,
);

const stuff = table(
  'thing',
  `
  충전기 = charger
  잠옷 = nightshirt
  목걸이 = necklace
  책 = book
  수영복 = swimsuit
  곰 인형 = teddy bear
  면도기 = razor
  여권 = passport
  `,
);

export const hotel: Domain = {
  name: 'hotel',
  topics: {
    comfort: {
      about: cross(lodgings.slice(0, 7), comforts),
      facts: [conditions],
      ask: `
        {lodging}에 {comfort:이} 있어요?
        Does the {lodging} have {comfort:a}?
        {lodging}에 묵으면 {comfort}도 쓸 수 있습니까?
        If I stay at the {lodging}, may I use {comfort:a} too?
      `,
      tell: `
        {lodging} 투숙객을 위해 {comfort:을} 마련했습니다. {condition}.
        There is {comfort:a} for those who stay at the {lodging}. {condition}.
        {comfort:은} {lodging} 뒤편에 있습니다. {condition}.
        You find {comfort:a} at the rear of the {lodging}. Please note: {condition}.
      `,
    },
    arrival: {
      about: cross(arrivals, lodgings),
      ask: `
        {lodging}에 {arrival} 어떻게 되나요?
        What happens at the {lodging} when {arrival}?
        {arrival} {lodging} 측에서 따로 해 주는 것이 있습니까?
        Does the {lodging} do anything special for guests {arrival}?
      `,
      tell: `
        {lodging:은} 늘 손님 사정을 살핍니다. {arrival} {advice}.
        The {lodging} always considers its guests. For those {arrival}, {advice}.
        예약 확인서에 적힌 대로, {lodging}에 {arrival} {advice}.
        As the confirmation of the {lodging} says, for those {arrival}, {advice}.
      `,
    },
    distance: {
      about: cross(lodgings, sights).filter(
        ({ lodging, sight }) =>
          (!/ski/.test(sight.en) || /mountain|spring|youth/.test(lodging.en)) &&
          (!/beach/.test(sight.en) || !/mountain|temple/.test(lodging.en)),
      ),
      facts: [minutes, ways],
      ask: `
        {lodging}에서 {sight}까지 얼마나 멀어요?
        How far is it from the {lodging} to {sight}?
        {sight}에 가려면 {lodging}에서 어떻게 갑니까?
        How do I get from the {lodging} to {sight}?
      `,
      tell: `
        {lodging} 앞에서 {way} {minutes} 가면 {sight:이} 나옵니다. 지도는 현관에 있습니다.
        From the front of the {lodging} it takes {minutes} {way} to {sight}. Maps are in the entrance.
        {way} {minutes} 거리예요. {lodging} 손님은 {sight}에서 할인도 받아요.
        It is {minutes} away {way}. Guests of the {lodging} even get a discount at {sight}.
      `,
    },
    breakfast: {
      about: cross(diets, lodgings),
      facts: [openings.slice(0, 3)],
      ask: `
        {lodging} 아침 식사는 {diet:이} 먹을 만한가요?
        Is breakfast at the {lodging} any good for {diet}?
        {diet:은} {lodging}에서 아침에 무엇을 먹을 수 있습니까?
        What can {diet} have in the morning at the {lodging}?
      `,
      tell: `
        {lodging} 식당은 {open}부터 {diet}에게 {meal:을} 차려 냅니다.
        From {open} the dining room of the {lodging} lays out {meal} for {diet}.
        전날 밤 말해 두면 {diet}에게 {meal:을} 드려요. {lodging} 주인이 손수 만들어요.
        Say so the night before and {diet} are given {meal}. The owner of the {lodging} makes it by hand.
      `,
    },
    complaint: {
      about: cross(rooms, complaints),
      ask: `
        {room}인데 {complaint}. 도와주세요.
        I am in the {room} and {complaint}. Please help.
        어젯밤부터 {complaint}. {room:을} 바꿔 주실 수 있습니까?
        Since last night {complaint}. Can you change my {room}?
      `,
      tell: `
        {room} 손님께 사과드립니다. 이런 경우 {response}.
        We apologise to the guest in the {room}. In such a case {response}.
        야간 근무자는 {room}에서 연락이 오면 곧바로 움직입니다. {response}.
        When the {room} calls, the night staff act at once: {response}.
      `,
    },
    cancel: {
      about: cross(cancellations, lodgings),
      ask: `
        {lodging} 예약을 {when}에 취소하면 얼마를 물어야 해요?
        What do I have to pay for cancelling the {lodging} {when}?
        {when}에 {lodging} 숙박을 취소해도 됩니까?
        May I call off my stay at the {lodging} {when}?
      `,
      tell: `
        {lodging} 약관입니다. {when}에 취소하시면 {penalty}.
        Terms of the {lodging}: if you cancel {when}, {penalty}.
        취소는 전화로만 받습니다. {lodging:은} {when:이라면} {penalty}.
        Cancellations are taken by phone only. For cancelling {when}, the {lodging} says that {penalty}.
      `,
    },
    left: {
      about: cross(stuff, lodgings),
      facts: [days, fees.slice(0, 4)],
      ask: `
        {lodging}에 {thing:을} 두고 왔어요. 보내 줄 수 있나요?
        I left my {thing} at the {lodging}. Can you send it on?
        {thing:을} {lodging} 방에 놓고 나온 것 같습니다. 찾아 주시겠습니까?
        I think I forgot my {thing} in the room at the {lodging}. Would you look for it?
      `,
      tell: `
        {lodging} 청소부가 {thing:을} 찾아 봉투에 넣어 두었습니다. 우편 요금 {fee:을} 내시면 {day}에 부칩니다.
        The cleaner of the {lodging} found {thing:a} and put it in an envelope. For postage of {fee} it will be mailed on {day}.
        {lodging:은} 손님이 잊은 {thing:을} 석 달 동안 맡아 둬요. {day}까지 주소를 알려 주세요.
        The {lodging} keeps {thing:a} that a guest forgot for three months. Let us have the address by {day}.
      `,
    },
  },
};
