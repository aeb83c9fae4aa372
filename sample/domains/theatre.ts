import { cross, type Domain, table } from '../grammar.ts';
import { days, fees, minutes } from '../words.ts';

const shows = table(
  'show',
  `
  뮤지컬 = musical
  오페라 = opera
  인형극 = puppet play
  판소리 공연 = traditional song recital
  록 콘서트 = rock concert
  발레 = ballet
  마술 쇼 = magic show
  교향악 연주회 = symphony concert
  탈춤 공연 = mask dance
  독립 영화 = independent film
  `,
);

const clocks = table(
  'clock',
  `
  오후 두 시 = two in the afternoon
  오후 네 시 반 = half past four in the afternoon
  저녁 일곱 시 = seven in the evening
  저녁 여덟 시 = eight in the evening
  밤 아홉 시 반 = half past nine at night
  `,
);

const seats = table(
  'seat pro',
  `
  맨 앞줄 = the front row / 배우의 표정이 또렷하게 보입니다 = you see the faces of the performers clearly
  가운데 구역 = the middle block / 소리가 가장 고르게 들립니다 = the sound is most even
  이 층 난간 자리 = the balcony rail / 무대 전체가 한눈에 들어옵니다 = the whole stage is in view
  기둥 뒤 자리 = a seat behind a pillar / 절반 값이지만 한쪽이 가려집니다 = it is half price but one side is hidden
  통로 쪽 자리 = an aisle seat / 쉬는 시간에 먼저 나갈 수 있습니다 = you are first out at the interval
  오른쪽 특별석 = the box on the right / 문이 따로 있어 조용합니다 = it is quiet with a door of its own
  `,
);

const guests = table(
  'guest caution',
  `
  세 살 아이 = a three-year-old child / 보호자가 옆에 앉아야 합니다 = a companion must sit alongside
  초등학생 = a primary school pupil / 소리가 커서 귀마개를 빌려 드립니다 = it is loud, so earplugs are lent out
  임산부 = a pregnant woman / 번쩍이는 불빛이 많아 뒷줄이 낫습니다 = flashing lights make the back rows better
  귀가 어두운 어르신 = an elderly person hard of hearing / 무대 옆 화면에 자막이 나옵니다 = captions run on a screen beside the stage
  한국어를 모르는 관광객 = a tourist who knows no Korean / 영어로 쓴 줄거리를 나누어 줍니다 = the plot is handed out in English
  휠체어를 탄 관객 = a spectator in a wheelchair / 전용 승강기와 자리가 마련되어 있습니다 = there is a lift and a place reserved
  `,
);

const offers = table(
  'offer proof',
  `
  학생 할인 = student discount / 학생증 = a student card
  조조할인 = morning discount / 정오 전 표 = a ticket for before noon
  단체 할인 = group discount / 열다섯 명의 명단 = a list of fifteen names
  생일 할인 = birthday discount / 생년월일이 적힌 신분증 = an identity card with the date of birth
  문화의 날 할인 = culture day discount / 마지막 수요일 표 = a ticket for the last Wednesday
  재관람 할인 = repeat visit discount / 지난번 표 = the ticket from last time
  장애인 할인 = disability discount / 복지 카드 = a welfare card
  `,
);

const forbidden = table(
  'item ruling',
  `
  팝콘 = popcorn / 로비에서 다 드시고 들어가야 합니다 = it has to be eaten in the lobby first
  카메라 = cameras / 물품 보관소에 맡겨야 합니다 = they must be left at the cloakroom
  꽃다발 = bouquets / 공연이 끝난 뒤에만 건넬 수 있습니다 = they can be handed over only after the performance
  물병 = water bottles / 뚜껑이 있으면 괜찮습니다 = they are fine with a lid
  큰 배낭 = large rucksacks / 의자 밑에 들어가지 않아 맡겨야 합니다 = they do not fit under the seat and must be handed in
  우산 = umbrellas / 입구에서 비닐을 씌워야 합니다 = they get a plastic cover at the door
  응원봉 = light sticks / 가슴 높이 위로 들지 않으면 됩니다 = they are all right below chest height
  `,
);

const mishaps = table(
  'mishap remedy',
  `
  표를 잃어버렸어요 = I lost my ticket / 예매 번호로 다시 뽑아 드립니다 = it is printed again from the booking number
  늦게 도착했어요 = I arrived late / 첫 장이 끝날 때 뒷문으로 안내합니다 = you are shown in by the back door after the first scene
  옆 사람이 떠들어요 = the person next to me is talking / 손을 들어 안내원을 부르십시오 = raise a hand to call an usher
  자리가 겹쳤어요 = someone has the same seat / 더 좋은 자리로 옮겨 드립니다 = you are moved to a better place
  주인공이 바뀌었어요 = the lead has been replaced / 바라시는 대로 표값을 모두 돌려드립니다 = the price is paid back if you wish
  몸이 아파 못 가요 = I am too ill to come / 이틀 전까지 다른 날로 바꿔 드립니다 = up to two days ahead it is changed to another date
  `,
);

export const theatre: Domain = {
  name: 'theatre',
  topics: {
    time: {
      about: cross(shows, days),
      facts: [clocks, minutes.slice(5)],
      ask: `
        {day} {show:은} 몇 시에 시작해요?
        What time does the {show} begin on {day}?
        {show:을} 보러 {day}에 가려고 합니다. 언제 끝납니까?
        I am going to see the {show} on {day}. When does it end?
      `,
      tell: `
        {day}에는 {clock}에 막이 오르고, {show:은} 쉬는 시간 없이 {minutes} 이어집니다.
        On {day} the curtain rises at {clock}, and the {show} runs for {minutes} without a break.
        {clock} 정각에 문을 닫아요. {day} {show} 관객은 십오 분 전에 앉아 주세요.
        The doors shut at {clock} sharp. For the {show} on {day}, take your seat a quarter of an hour before.
      `,
    },
    seat: {
      about: cross(shows, seats),
      ask: `
        {show} 볼 때 {seat:은} 어때요?
        What is {seat} like for the {show}?
        {show} 표를 사려는데 {seat:을} 골라도 후회하지 않을까요?
        I am buying tickets for the {show}; would I regret choosing {seat}?
      `,
      tell: `
        여러 번 본 관객은 {show}에서 {seat:을} 권합니다. {pro}.
        Those who have seen the {show} often speak of {seat}: {pro}.
        좌석 안내입니다. {show}의 {seat:은} 값에 이유가 있습니다. {pro}.
        On seating: for the {show}, there is a reason for the price of {seat}. {pro}.
      `,
    },
    guest: {
      about: cross(shows.slice(0, 9), guests),
      ask: `
        {guest:과} {show:을} 같이 봐도 괜찮을까요?
        Is it all right to watch the {show} with {guest}?
        {show:은} {guest}에게 어렵지 않습니까?
        Isn't the {show} hard for {guest}?
      `,
      tell: `
        {guest:을} 모시고 오는 분이 많습니다. {show:은} {caution}.
        Many come along with {guest}. At the {show}, {caution}.
        극장은 {guest:이} {show:을} 즐기도록 돕습니다. {caution}.
        The house helps {guest} to enjoy the {show}: {caution}.
      `,
    },
    offer: {
      about: cross(offers, shows),
      facts: [
        table(
          'cut',
          `
          십 퍼센트 = ten per cent
          이십 퍼센트 = twenty per cent
          삼십 퍼센트 = thirty per cent
          절반 = half
          `,
        ),
      ],
      ask: `
        {show}에 {offer:이} 적용되나요?
        Does the {offer} apply to the {show}?
        {show:을} 싸게 보고 싶습니다. {offer:은} 어떻게 받습니까?
        I want to see the {show} cheaply. How do I get the {offer}?
      `,
      tell: `
        매표소에 {proof:을} 내면 {show} 표값이 {cut} 내려갑니다. {offer:은} 다른 혜택과 겹치지 않습니다.
        Hand in {proof} at the box office and the {show} is {cut} cheaper. The {offer} cannot be combined with others.
        {offer:은} {cut:이에요}. {show} 예매 때 고르고 입장할 때 {proof:을} 보여 주세요.
        The {offer} is {cut}. Choose it when booking the {show} and show {proof} at the door.
      `,
    },
    forbidden: {
      about: cross(forbidden, shows.slice(0, 8)),
      ask: `
        {show} 공연장에 {item:을} 가지고 들어갈 수 있어요?
        Can I bring {item} into the hall for the {show}?
        {item:은} {show} 때 금지입니까?
        Is it prohibited to bring {item} to the {show}?
      `,
      tell: `
        {show} 관람 규칙을 읽어 주십시오. {item:은} {ruling}.
        Please read the house rules for the {show}. About {item}: {ruling}.
        {show} 입장 때 {item:을} 든 손님께 안내원이 말씀드립니다. {ruling}.
        Ushers tell guests who come to the {show} with {item}: {ruling}.
      `,
    },
    mishap: {
      about: cross(mishaps, shows),
      ask: `
        {show} 보러 왔는데 {mishap}. 어떻게 해요?
        It is about the {show}: {mishap}. What do I do?
        {mishap}. {show} 담당자와 이야기할 수 있습니까?
        {mishap}. Can I talk to whoever is in charge of the {show}?
      `,
      tell: `
        {show} 안내 데스크입니다. 그런 일이 생기면 {remedy}.
        This is the {show} help desk. If that happens, {remedy}.
        당황하지 마십시오. {show:을} 예매한 분이라면 {remedy}.
        Don't panic. If you booked the {show}, {remedy}.
      `,
    },
    snack: {
      about: cross(
        table(
          'snack',
          `
          커피 = coffee
          레몬차 = lemon tea
          샌드위치 = a sandwich
          아이스크림 = ice cream
          군밤 = roast chestnuts
          과자 세트 = a set of biscuits
          `,
        ),
        shows.slice(0, 7),
      ),
      facts: [fees.slice(0, 4)],
      ask: `
        {show} 쉬는 시간에 {snack:을} 사 먹을 수 있나요?
        Can I buy {snack} during the interval of the {show}?
        {show:을} 기다리며 {snack:을} 먹을 곳이 있습니까?
        Is there anywhere to have {snack} while waiting for the {show}?
      `,
      tell: `
        로비 매점에서 {snack:을} {fee}에 팝니다. {show} 시작 종이 울리면 문을 닫습니다.
        The kiosk in the lobby sells {snack} for {fee}. It shuts when the bell rings for the {show}.
        {snack} 값은 {fee:이에요}. {show} 날에는 줄이 길어서 미리 주문하는 편이 나아요.
        It costs {fee} to have {snack}. On days of the {show} the queue is long, so order ahead.
      `,
    },
  },
};
