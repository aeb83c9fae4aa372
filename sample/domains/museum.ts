import { cross, type Domain, table } from '../grammar.ts';
import { closings, days, fees, minutes, openings } from '../words.ts';

const museums = table(
  'museum',
  `
  역사박물관 = history museum
  미술관 = art museum
  과학관 = science museum
  자연사박물관 = natural history museum
  민속박물관 = folk museum
  전쟁기념관 = war memorial
  철도박물관 = railway museum
  해양박물관 = maritime museum
  도자기박물관 = pottery museum
  우표박물관 = stamp museum
  `,
);

const visitors = table(
  'visitor',
  `
  학생 = students
  어린이 = children
  어르신 = elderly people
  단체 관람객 = groups
  외국인 = foreigners
  장애인 = disabled people
  가족 = families
  `,
);

const exhibits = table(
  'exhibit room',
  `
  금관 = the gold crown / 이 층 왕실 전시실 = the royal gallery on the second floor
  공룡 뼈 = the dinosaur skeleton / 일 층 중앙 홀 = the central hall on the ground floor
  청자 항아리 = the celadon jar / 이 층 도자기 전시실 = the pottery gallery on the second floor
  옛 지도 = the old map / 삼 층 고문서 전시실 = the archive gallery on the third floor
  증기 기관차 = the steam engine / 뒷마당 야외 전시장 = the open-air area in the back yard
  고래 모형 = the model of a whale / 지하 바다 전시실 = the ocean gallery in the basement
  운석 = the meteorite / 삼 층 우주 전시실 = the space gallery on the third floor
  돌부처 = the stone Buddha / 정원 연못가 = the garden by the pond
  임금의 옷 = the king's robe / 이 층 복식 전시실 = the costume gallery on the second floor
  거북선 모형 = the model of a turtle ship / 일 층 해전 전시실 = the naval gallery on the ground floor
  `,
);

const questions = table(
  'wonder reply',
  `
  누가 만들었는지 = who made it / 이름 없는 장인의 솜씨로 알려져 있습니다 = it is known as the work of a nameless craftsman
  어디서 발견됐는지 = where it was found / 강가 공사장에서 우연히 나왔습니다 = it turned up by chance on a building site by the river
  얼마나 오래됐는지 = how old it is / 전문가들은 오백 년이 넘었다고 봅니다 = experts put it at over five hundred years
  누가 기증했는지 = who donated it / 부산의 한 수집가가 대가 없이 내놓았습니다 = a collector from Busan gave it without payment
  왜 유명한지 = why it is famous / 세상에 하나뿐이기 때문입니다 = it is the only one in the world
  언제 복원됐는지 = when it was restored / 이 년 동안 손질하여 지난봄에 끝났습니다 = two years of work on it ended last spring
  `,
);

const acts = table(
  'act policy',
  `
  사진 촬영 = taking photographs / 플래시를 끄면 허용됩니다 = is allowed with the flash off
  유모차 이용 = using a pushchair / 승강기가 있는 층에서 가능합니다 = is possible on floors with a lift
  음식 먹기 = eating food / 옥상 쉼터에서만 됩니다 = is for the roof terrace only
  그림 그리기 = sketching / 연필로만 할 수 있습니다 = is fine in pencil only
  전시물 만지기 = touching exhibits / 파란 표시가 있는 것만 괜찮습니다 = is all right where there is a blue mark
  큰 가방 들기 = carrying a large bag / 금지되어 보관함을 써야 합니다 = is forbidden, and lockers must be used
  동영상 방송 = streaming video / 미리 허가를 받아야 합니다 = needs permission in advance
  `,
);

const tours = table(
  'guide',
  `
  한국어 해설 = Korean guided tour
  영어 해설 = English guided tour
  수화 해설 = sign language tour
  어린이 해설 = children's guided tour
  가족 해설 = family tour
  주말 해설 = weekend tour
  `,
);

const workshops = table(
  'workshop take',
  `
  도자기 빚기 = pottery making / 구운 그릇은 한 달 뒤 집으로 보내 줍니다 = the fired bowl is sent home a month later
  한지 공예 = paper craft / 완성한 등을 가져갑니다 = you take home the finished lantern
  화석 캐기 = fossil digging / 찾은 조각 하나를 가질 수 있습니다 = you may keep one piece you find
  탈 만들기 = mask making / 탈을 쓰고 춤도 배웁니다 = you also learn a dance in the mask
  붓글씨 = brush calligraphy / 쓴 글씨를 부채에 붙여 줍니다 = your writing is mounted on a fan
  로봇 조립 = robot building / 경주로 하루를 마칩니다 = the day ends with a race
  활쏘기 = archery / 안전 장갑을 빌려줍니다 = safety gloves are lent out
  떡 만들기 = rice cake making / 만든 떡은 그 자리에서 먹습니다 = the cakes are eaten on the spot
  `,
);

const souvenirs = table(
  'souvenir',
  `
  엽서 묶음 = set of postcards
  작은 금관 모형 = miniature gold crown
  공룡 인형 = toy dinosaur
  손부채 = hand fan
  청자 찻잔 = celadon teacup
  옛 지도 두루마리 = scroll of the old map
  전시 도록 = exhibition catalogue
  나무 퍼즐 = wooden puzzle
  `,
);

const shows = table(
  'show museum',
  `
  인상파 그림 = impressionist paintings / 미술관 = art museum
  조선 시대 가구 = furniture of the Joseon era / 역사박물관 = history museum
  조선 시대 가구 = furniture of the Joseon era / 민속박물관 = folk museum
  바닷속 보물 = treasures from the sea / 해양박물관 = maritime museum
  바닷속 보물 = treasures from the sea / 역사박물관 = history museum
  이집트 미라 = Egyptian mummies / 역사박물관 = history museum
  전통 혼례 = traditional weddings / 민속박물관 = folk museum
  옛 장난감 = old toys / 민속박물관 = folk museum
  옛 장난감 = old toys / 철도박물관 = railway museum
  우주 탐사 = space travel / 과학관 = science museum
  우주 탐사 = space travel / 우표박물관 = stamp museum
  세계의 가면 = masks of the world / 미술관 = art museum
  세계의 가면 = masks of the world / 민속박물관 = folk museum
  희귀 나비 = rare butterflies / 자연사박물관 = natural history museum
  `,
);
const halls = table(
  'hall',
  `
  별관 = the annexe
  지하 전시실 = the basement gallery
  삼 층 전시실 = the third floor gallery
  중앙 홀 = the central hall
  `,
);

const lengths = table(
  'until',
  `
  이번 달 말 = the end of this month
  다음 달 중순 = the middle of next month
  여름 방학 끝 = the end of the summer holidays
  첫눈이 올 무렵 = the time of the first snow
  설날 연휴 = the New Year holiday
  `,
);

export const museum: Domain = {
  name: 'museum',
  topics: {
    hours: {
      about: cross(museums, days),
      facts: [openings.slice(2, 5), closings.slice(1)],
      ask: `
        {museum:은} {day}에 언제 문을 닫아요?
        When does the {museum} close on {day}?
        {day}에 {museum:을} 구경하려는데 몇 시까지 들어가야 합니까?
        I want to look round the {museum} on {day}; by what time must I be in?
        {museum:이} {day}에도 열려 있나요?
        Is the {museum} open on {day} too?
      `,
      tell: `
        {museum} 관람 시간은 {day} 기준 {open}부터 {close}까지입니다. 입장은 한 시간 전에 마감합니다.
        Visiting hours of the {museum} on {day} are {open} to {close}. Admission stops an hour before.
        {day}에 오시는 분은 {close}에 {museum:을} 나가셔야 해요. 표는 그보다 일찍 끊어 주세요.
        Those who come on {day} have to leave the {museum} at {close}. Please buy tickets well before that.
      `,
    },
    fee: {
      about: cross(museums, visitors),
      facts: [fees],
      ask: `
        {museum} 입장료가 {visitor}에게는 얼마예요?
        How much is admission to the {museum} for {visitor}?
        {visitor:은} {museum} 표를 할인받습니까?
        Do {visitor} get a reduced ticket for the {museum}?
      `,
      tell: `
        {visitor:은} {fee:을} 내고 {museum:을} 관람합니다. 한 달에 하루는 누구나 무료입니다.
        For {visitor}, a visit to the {museum} costs {fee}. One day a month is free for all.
        매표소에서 {visitor:이라고} 말하세요. {museum:은} {fee}에 들어갈 수 있어요.
        Say at the ticket desk that it is for {visitor}. They get into the {museum} for {fee}.
      `,
    },
    exhibit: {
      about: cross(exhibits, questions).filter(
        ({ exhibit, wonder }) =>
          !(/model|engine/.test(exhibit.en) && /found|old/.test(wonder.en)) &&
          !(/skeleton|meteorite/.test(exhibit.en) && /made|old/.test(wonder.en)),
      ),
      ask: `
        {exhibit}에 대해 {wonder} 알고 싶어요.
        About {exhibit}: I should like to know {wonder}.
        박물관에서 본 {exhibit} 말인데요, {wonder} 설명해 주시겠습니까?
        I saw {exhibit} in the museum. Could you explain {wonder}?
      `,
      tell: `
        {exhibit:은} {room}에 있습니다. 안내문에 적힌 대로 {reply}.
        You find {exhibit} in {room}. As the panel says, {reply}.
        해설사는 {room}에서 {exhibit} 이야기를 들려줍니다. {reply}.
        In {room} a guide tells the story of {exhibit}. {reply}.
      `,
    },
    conduct: {
      about: cross(acts, museums),
      ask: `
        {museum}에서 {act}, 해도 되나요?
        Is {act} all right in the {museum}?
        {museum} 안에서 {act:은} 금지입니까?
        Is {act} prohibited inside the {museum}?
      `,
      tell: `
        {museum}의 규칙을 알려 드립니다. {act:은} {policy}.
        These are the rules of the {museum}: {act} {policy}.
        작품을 보호하기 위해 {museum}에서 {act:은} {policy}. 직원의 안내를 따라 주십시오.
        To protect the works in the {museum}, {act} {policy}. Please follow the staff.
      `,
    },
    guide: {
      about: cross(tours, museums),
      facts: [openings.slice(3), minutes.slice(2)],
      ask: `
        {museum}에서 {guide:을} 들으려면 어떻게 신청해요?
        How do I apply for {guide:a} at the {museum}?
        {museum}에 {guide:이} 있습니까? 시작 시간도 알고 싶습니다.
        Does the {museum} offer {guide:a}? I would like to know the starting time as well.
      `,
      tell: `
        {museum} 로비에서 {open}에 {guide:이} 시작됩니다. {minutes} 동안 주요 작품을 돌아보며 음성 안내기도 빌려줍니다.
        {guide:a} starts in the lobby of the {museum} at {open}. In {minutes} it takes in the main works, and an audio guide is lent out too.
        {guide:은} {minutes} 정도 걸리고 값이 없어요. {museum} 입구에서 신분증을 맡기면 돼요.
        {guide:a} takes about {minutes} and costs nothing. Just leave your identity card at the entrance of the {museum}.
      `,
    },
    workshop: {
      about: cross(workshops, days),
      facts: [fees.slice(2)],
      ask: `
        {day}에 하는 {workshop} 체험은 누구나 할 수 있어요?
        Can anyone join the {workshop} workshop on {day}?
        아이와 {workshop:을} 해 보고 싶은데 {day}에 자리가 있습니까?
        I would like to try {workshop} with my child; is there a place on {day}?
      `,
      tell: `
        {day}마다 지하 교실에서 {workshop} 교육이 열립니다. 재료비 {fee:을} 내며, {take}.
        Every {day} there is a lesson in {workshop} in the basement classroom. Materials cost {fee}, and {take}.
        박물관의 {workshop} 행사는 {day} 오후가 한가합니다. 여섯 살부터 받으며, {take}.
        The museum's {workshop} event is quiet on {day} afternoon. It is for age six and up, and {take}.
      `,
    },
    souvenir: {
      about: cross(souvenirs, museums.slice(0, 8)),
      facts: [
        table(
          'price',
          `
          6천 원 = 6,000 won
          9천 원 = 9,000 won
          만 4천 원 = 14,000 won
          2만 2천 원 = 22,000 won
          3만 5천 원 = 35,000 won
          `,
        ),
      ],
      ask: `
        {museum} 기념품 가게에서 {souvenir:을} 팔아요?
        Does the shop of the {museum} sell {souvenir:a}?
        선물로 {souvenir:을} 사고 싶습니다. {museum}에서 얼마에 살 수 있습니까?
        I want to buy {souvenir:a} as a present. For how much can I get it at the {museum}?
      `,
      tell: `
        {museum} 출구 옆 상점에 {souvenir:이} 있습니다. 값은 {price}이고 포장은 무료입니다.
        The store by the exit of the {museum} has {souvenir:a}. The price is {price}, gift wrapping included.
        {souvenir:은} {price:이에요}. {museum} 회원증을 내면 조금 깎아 줘요.
        It is {price} for {souvenir:a}. With a membership card of the {museum} you get a little off.
      `,
    },
    show: {
      about: cross(shows, halls),
      facts: [lengths],
      ask: `
        {museum} {hall}에서 하는 {show} 특별전은 언제까지 볼 수 있어요?
        Until when can one see the special exhibition of {show} in {hall} of the {museum}?
        {show:을} 주제로 한 전시가 {museum} {hall}에서 열립니까?
        Is there an exhibition about {show} in {hall} of the {museum}?
      `,
      tell: `
        {museum:은} {until}까지 {hall}에서 {show:을} 모아 선보입니다. 주말에는 줄이 길게 늘어섭니다.
        In {hall} the {museum} presents a collection of {show} until {until}. At weekends the queue is long.
        이번 전시의 주인공은 {show:이에요}. {museum} {hall}에서 {until}까지 이어져요.
        The stars this time are {show}. It continues in {hall} of the {museum} until {until}.
      `,
    },
  },
};
