import { cross, type Domain, table } from '../grammar.ts';
import { closings, days, fees, minutes, openings, places } from '../words.ts';

const sportNames = table(
  'sport gear',
  `
  수영 = swimming / 수영모와 물안경 = a swimming cap and goggles
  테니스 = tennis / 라켓과 흰 운동화 = a racket and white trainers
  탁구 = table tennis / 가벼운 라켓 = a light bat
  배드민턴 = badminton / 라켓과 셔틀콕 = a racket and shuttlecocks
  요가 = yoga / 매트와 편한 옷 = a mat and comfortable clothes
  태권도 = taekwondo / 도복 = a training suit
  축구 = football / 정강이 보호대 = shin guards
  농구 = basketball / 발목을 잡아 주는 신발 = shoes that support the ankle
  볼링 = bowling / 깨끗한 양말 = clean socks
  검도 = kendo / 죽도와 보호구 = a bamboo sword and armour
  `,
);

const learners = table(
  'learner',
  `
  초보자 = beginners
  어린이 = children
  어르신 = elderly people
  직장인 = office workers
  주부 = homemakers
  청소년 = teenagers
  `,
);

const facilities = table(
  'facility',
  `
  수영장 = swimming pool
  헬스장 = gym
  테니스장 = tennis court
  축구장 = football pitch ~ football pitches
  체육관 = sports hall
  빙상장 = ice rink
  암벽 등반장 = climbing wall
  골프 연습장 = golf range
  `,
);

const pains = table(
  'pain relief',
  `
  무릎 통증 = knee pain / 계단을 피하고 허벅지 근육을 키웁니다 = avoid stairs and build up the thigh muscles
  어깨 결림 = a stiff shoulder / 팔을 천천히 돌리고 따뜻하게 합니다 = circle the arms slowly and keep warm
  종아리 쥐 = a calf cramp / 발끝을 몸 쪽으로 당깁니다 = pull the toes towards the body
  발목 부상 = a twisted ankle / 얼음을 대고 이틀 쉽니다 = put ice on it and rest for two days
  허리 통증 = back pain / 바닥에 누워 무릎을 가슴에 안습니다 = lie on the floor and hug the knees
  손바닥 물집 = a blister on the palm / 장갑을 끼고 손잡이를 느슨하게 쥡니다 = wear gloves and hold the grip loosely
  팔꿈치 통증 = elbow pain / 보호대를 차고 횟수를 줄입니다 = wear a support and cut the repetitions
  `,
);

const events = table(
  'event prize',
  `
  시민 마라톤 = city marathon / 기념 메달 = a commemorative medal
  등산 대회 = mountain hiking contest / 배낭 = a rucksack
  수영 대회 = swimming contest / 큰 수건 = a large towel
  자전거 대회 = cycling race / 새 헬멧 = a new helmet
  탁구 대회 = table tennis tournament / 은빛 컵 = a silver cup
  씨름 대회 = wrestling tournament / 쌀 한 가마 = a sack of rice
  줄넘기 대회 = skipping contest / 운동화 = a pair of trainers
  족구 대회 = foot volleyball tournament / 치킨 교환권 = chicken vouchers
  `,
);

const entrants = table(
  'entrant condition',
  `
  가족 = families / 아이 한 명 이상이 함께 뛰어야 합니다 = at least one child has to take part
  외국인 = foreigners / 외국인 등록증이 있어야 합니다 = a residence card is needed
  초등학생 = primary school pupils / 부모의 동의서를 내야 합니다 = a parent's consent must be handed in
  장애인 = disabled people / 도우미 한 명이 따라갈 수 있습니다 = one helper may come along
  예순 살 이상 = people over sixty / 혈압을 재고 나서 시작합니다 = blood pressure is checked before the start
  회사 동호회 = company clubs / 다섯 명이 한 팀을 이루어야 합니다 = five must form a team
  `,
);

const memberships = table(
  'membership',
  `
  한 달 회원권 = monthly membership
  석 달 회원권 = three-month membership
  일 년 회원권 = yearly membership
  가족 회원권 = family membership
  학생 회원권 = student membership
  새벽 회원권 = early morning membership
  주말 회원권 = weekend membership
  `,
);

const changes = table(
  'change rule',
  `
  환불 = getting a refund / 쓴 날만큼 빼고 돌려줍니다 = you are paid back less the days used
  일시 정지 = putting it on hold / 한 해에 한 달까지 멈출 수 있습니다 = it can be paused for up to a month a year
  양도 = passing it on / 친구에게 한 번 넘길 수 있습니다 = it can be handed to a friend once
  연장 = extending it / 만료 일주일 전에 하면 십 퍼센트 싸집니다 = doing so a week before it expires makes it ten per cent cheaper
  카드 재발급 = replacing the card / 3천 원을 내고 안내 데스크에서 받습니다 = you pay 3,000 won and collect it at reception
  할부 결제 = paying in instalments / 석 달까지 이자 없이 나눌 수 있습니다 = it can be split over three months without interest
  지점 변경 = changing the branch / 빈자리가 있으면 다음 달부터 됩니다 = it works from next month if there is room
  `,
);

const amenities = table(
  'amenity',
  `
  샤워실 = shower room
  사물함 = locker
  주차장 = car park
  매점 = snack bar
  수건 대여 = towel hire
  아이 놀이방 = children's playroom
  사우나 = sauna
  라켓 수리점 = racket repair shop
  `,
);

const skills = table(
  'skill tip',
  `
  자유형 호흡 = breathing in front crawl / 고개를 들지 말고 옆으로 돌립니다 = turn the head to the side instead of lifting it
  테니스 서브 = the tennis serve / 공을 높이 던지고 무릎을 굽힙니다 = throw the ball high and bend the knees
  자유투 = the free throw / 팔꿈치를 몸에 붙이고 손목을 꺾습니다 = keep the elbow in and snap the wrist
  배드민턴 스매시 = the badminton smash / 몸을 뒤로 젖혔다가 손목 힘으로 내리칩니다 = lean back and strike down from the wrist
  볼링 스핀 = spin in bowling / 놓는 순간 엄지를 먼저 뺍니다 = take the thumb out first on release
  장거리 달리기 = long-distance running / 코로 두 번 들이쉬고 입으로 두 번 내쉽니다 = breathe in twice through the nose and out twice through the mouth
  턱걸이 = pull-ups / 어깨를 내리고 등으로 당깁니다 = lower the shoulders and pull with the back
  평영 발차기 = the breaststroke kick / 발목을 꺾어 물을 뒤로 밉니다 = flex the ankles and push the water back
  `,
);

export const sports: Domain = {
  name: 'sports',
  topics: {
    lesson: {
      about: cross(sportNames, learners),
      facts: [days, minutes.slice(3)],
      ask: `
        {learner:을} 위한 {sport} 강습이 있나요?
        Are there {sport} lessons for {learner}?
        {learner}도 {sport:을} 배울 수 있습니까? 시간이 궁금합니다.
        Can {learner} learn {sport} too? I wonder about the times.
        {learner} {sport} 반에 들어가려면 뭘 준비해야 해요?
        What must one bring to join the {sport} class for {learner}?
      `,
      tell: `
        {learner} 대상 {sport} 수업은 {day}마다 {minutes} 동안 합니다. {gear:을} 가져오십시오.
        The {sport} class aimed at {learner} is held every {day} for {minutes}. Please bring {gear}.
        강사는 {learner}에게 {sport} 기본 동작부터 차근차근 가르쳐요. {gear:은} 첫날부터 필요해요.
        The coach teaches {learner} the basic moves of {sport} step by step. You will need {gear} from the first day.
      `,
    },
    hours: {
      about: cross(facilities, days),
      facts: [openings.slice(0, 3), closings.slice(2)],
      ask: `
        {day}에 {facility:은} 몇 시까지 해요?
        Until what time is the {facility} open on {day}?
        {day} 아침 일찍 {facility:을} 쓸 수 있습니까?
        Can I use the {facility} early on {day}?
      `,
      tell: `
        {facility:은} {day}에 {open}부터 {close}까지 회원을 맞이합니다.
        The {facility} welcomes members on {day} from {open} to {close}.
        {day}에는 {open}에 불을 켜고 {close}에 꺼요. {facility} 청소 시간에는 잠깐 비워 주세요.
        On {day} the lights go on at {open} and out at {close}. Kindly clear the {facility} while it is cleaned.
      `,
    },
    booking: {
      about: cross(facilities, places),
      facts: [fees, minutes.slice(4)],
      ask: `
        {place} {facility:을} 빌리려면 얼마를 내야 해요?
        How much do I pay to hire the {facility} {place}?
        우리 모임에서 {place} {facility:을} 예약하고 싶습니다. 어떻게 합니까?
        Our group would like to book the {facility} {place}. How is that done?
      `,
      tell: `
        {place} {facility} 사용료는 {minutes}에 {fee}입니다. 두 주 전부터 인터넷으로 신청받습니다.
        The charge for the {facility} {place} is {fee} for {minutes}. Requests are taken online from two weeks before.
        전화로 날짜를 정한 뒤 {fee:을} 보내세요. {place} {facility:은} {minutes} 단위로 빌려드려요.
        Fix the date by phone, then send {fee}. The {facility} {place} is let in units of {minutes}.
      `,
    },
    pain: {
      about: cross(pains, sportNames.slice(0, 8)),
      ask: `
        {sport:을} 하고 나서 {pain:이} 생겼어요. 어떻게 풀어요?
        I got {pain} after {sport}. How do I ease it?
        {pain} 때문에 {sport:을} 그만둬야 합니까?
        Do I have to give up {sport} because of {pain}?
      `,
      tell: `
        {sport} 뒤에 오는 {pain:은} 흔합니다. 그만두지 말고 {relief}.
        It is common to have {pain} after {sport}. Rather than quit, {relief}.
        운동 의사는 {sport} 선수의 {pain}에 이런 처방을 내립니다. 우선 {relief}.
        For {pain} among players of {sport}, sports doctors prescribe this: first {relief}.
      `,
    },
    contest: {
      about: cross(events, entrants),
      facts: [days],
      ask: `
        {event}에 {entrant}도 나갈 수 있나요?
        Can {entrant} enter the {event} too?
        이번 {event} 참가 조건을 {entrant} 기준으로 설명해 주십시오.
        Please explain the terms of entry to the {event} for {entrant}.
      `,
      tell: `
        {entrant} 부문은 {event}에서 가장 인기가 많습니다. {condition}.
        The class for {entrant} is the most popular of the {event}. {condition}.
        {event:은} {day}에 열리고 {entrant}도 환영합니다. {condition}. 우승하면 {prize:을} 받습니다.
        The {event} is on {day} and {entrant} are welcome. {condition}. The winner gets {prize}.
      `,
    },
    membership: {
      about: cross(memberships, changes),
      ask: `
        {membership:은} {change:이} 되나요?
        With {membership:a}, is {change} possible?
        {membership:을} 샀는데 {change:을} 하고 싶습니다. 규정이 어떻습니까?
        I bought {membership:a} and am thinking of {change}. What are the rules?
      `,
      tell: `
        {membership} 약관에 {change} 조항이 있습니다. 그에 따르면 {rule}.
        The terms of {membership:a} have a clause on {change}. There it says that {rule}.
        {membership} {change:은} 본인이 직접 와야 합니다. 이 경우 {rule}.
        As to {change} with {membership:a}, you must come yourself. In this case {rule}.
      `,
    },
    amenity: {
      about: cross(amenities, facilities),
      ask: `
        {facility}에 {amenity:이} 있어요?
        Is there {amenity:a} at the {facility}?
        {facility} 회원은 {amenity:을} 무료로 씁니까?
        Can members at the {facility} use {amenity:a} for free?
      `,
      tell: `
        {facility}에는 회원을 위한 {amenity:이} 마련되어 있습니다. 비회원은 천 원을 냅니다.
        At the {facility} there is {amenity:a} for members. Others pay 1,000 won.
        네, {facility} 입구 왼쪽에 {amenity} 안내판이 보여요. 회원이라면 돈을 받지 않아요.
        Yes, the sign for the {amenity} is on the left as you enter the {facility}. Members are not charged.
      `,
    },
    skill: {
      about: cross(skills, learners.slice(0, 5)),
      ask: `
        {learner:이} {skill:을} 잘하려면 어떻게 연습해요?
        How do {learner} practise to get good at {skill}?
        {skill:이} 잘 안됩니다. {learner}에게 맞는 요령이 있습니까?
        I am no good at {skill}. Is there a knack suited to {learner}?
      `,
      tell: `
        {learner:을} 지도하는 코치는 {skill:을} 이렇게 설명합니다. {tip}.
        A coach of {learner} explains {skill} like this: {tip}.
        {skill}에서 {learner:이} 자주 하는 실수는 힘을 너무 주는 것입니다. {tip}.
        The usual mistake of {learner} in {skill} is using too much force. {tip}.
      `,
    },
  },
};
