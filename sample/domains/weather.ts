import { cross, type Domain, table } from '../grammar.ts';
import { days } from '../words.ts';

const regions = table(
  'region within',
  `
  남해안 = the south coast / 남해안 = on the south coast
  동해안 = the east coast / 동해안 = on the east coast
  서해안 = the west coast / 서해안 = on the west coast
  산간 지방 = the mountains / 산간 지방 = in the mountains
  수도권 = the capital area / 수도권 = in the capital area
  제주도 = Jeju island / 제주도 = on Jeju island
  중부 내륙 = the central plain / 중부 내륙 = in the central plain
  북부 지방 = the north / 북부 지방 = in the north
  `,
);

const outlooks = table(
  'sky',
  `
  맑은 하늘에 햇볕이 따뜻하겠습니다 = the sky will be clear and the sun warm
  구름이 많고 흐리겠습니다 = it will be cloudy and grey
  오전부터 비가 내리겠습니다 = rain will fall from the morning
  오후 늦게 소나기가 지나가겠습니다 = a shower will pass late in the afternoon
  밤사이 눈이 쌓이겠습니다 = snow will settle overnight
  짙은 안개가 끼겠습니다 = thick fog will form
  찬 바람이 강하게 불겠습니다 = a cold wind will blow hard
  천둥과 번개가 치겠습니다 = there will be thunder and lightning
  `,
);

const outings = table(
  'outing need',
  `
  등산 = a mountain hike / 가벼운 겉옷 = a light jacket
  바다낚시 = a fishing trip at sea / 구명조끼 = a life jacket
  캠핑 = camping / 두꺼운 침낭 = a thick sleeping bag
  자전거 여행 = a bicycle tour / 장갑과 헬멧 = gloves and a helmet
  야외 결혼식 = an outdoor wedding / 큰 천막 = a large tent
  소풍 = a picnic / 돗자리 = a picnic mat
  벚꽃 구경 = cherry blossom viewing / 얇은 목도리 = a thin scarf
  해돋이 구경 = watching the sunrise / 따뜻한 모자 = a warm hat
  `,
);

const hazards = table(
  'hazard advice',
  `
  태풍 = a typhoon / 창문을 잠그고 바깥 물건을 집 안으로 들이십시오 = lock the windows and bring loose things indoors
  폭염 = a heatwave / 한낮에는 나가지 말고 물을 자주 드십시오 = stay in at midday and drink water often
  한파 = a cold spell / 수도꼭지를 조금 열어 두고 노약자를 살피십시오 = leave the tap dripping and look in on the old and weak
  폭설 = heavy snow / 차를 두고 대중교통을 이용하십시오 = leave the car and use public transport
  호우 = torrential rain / 하천과 지하차도에 가까이 가지 마십시오 = keep away from streams and underpasses
  황사 = yellow dust / 문을 닫고 마스크를 쓰십시오 = shut the doors and wear a mask
  강풍 = a gale / 간판 밑을 걷지 말고 천막을 단단히 묶으십시오 = do not walk under signs and tie down tents
  가뭄 = a drought / 산에서 불을 피우지 마십시오 = light no fires in the hills
  `,
);

const damages = table(
  'crop guard',
  `
  배추밭 = cabbage fields / 비닐을 덮습니다 = cover the rows with plastic sheets
  과수원 = orchards / 그물을 치고 가지를 묶습니다 = put up nets and tie the branches
  비닐하우스 = plastic greenhouses / 기둥을 덧대어 받칩니다 = prop them up with extra posts
  논 = rice fields / 물길을 미리 터 줍니다 = open the water channels in time
  딸기밭 = strawberry beds / 짚을 깔아 줍니다 = spread straw over the soil
  축사 = cattle sheds / 환기 장치를 점검합니다 = check the fans
  `,
);

const tasks = table(
  'chore',
  `
  빨래를 밖에 널기 = hanging the washing outside
  세차하기 = washing the car
  이불 말리기 = airing the bedding
  창문 닦기 = cleaning the windows
  지붕 고치기 = mending the roof
  담장에 페인트칠하기 = painting the fence
  고추 말리기 = drying chillies
  잔디 깎기 = mowing the lawn
  `,
);

const air = table(
  'measure grade',
  `
  미세 먼지 = fine dust / 나쁨 단계 = at the bad level
  자외선 = ultraviolet light / 매우 높음 단계 = at the very high level
  꽃가루 = pollen / 보통 단계 = at the moderate level
  오존 = ozone / 주의 단계 = at the warning level
  황사 = yellow dust / 심함 단계 = at the severe level
  불쾌지수 = the discomfort index / 높은 수준 = at a high level
  `,
);

const seasons = table(
  'event',
  `
  벚꽃 = cherry blossom
  첫눈 = the first snow
  장마 = the rainy season
  단풍 = autumn leaves
  첫서리 = the first frost
  열대야 = tropical nights
  진달래 = azaleas
  첫얼음 = the first ice
  `,
);

const clothing = cross(
  table(
    'who',
    `
    아기 = a baby
    초등학생 = a schoolchild
    어르신 = an elderly person
    조깅하는 사람 = a jogger
    면접 보는 사람 = a person with a job interview
    배달 기사 = a delivery rider
    `,
  ),
  table(
    'kind wear',
    `
    일교차가 큰 날 = days when mornings and afternoons differ a lot / 얇은 옷을 여러 벌 겹쳐 = several thin layers
    찜통더위 = sweltering heat / 바람이 잘 통하는 모시옷을 = airy ramie clothes
    영하의 추위 = temperatures below freezing / 내복과 두꺼운 외투를 = thermal underwear and a heavy coat
    장맛비 = monsoon rain / 방수 재킷과 장화를 = a waterproof jacket and rubber boots
    쌀쌀한 가을밤 = chilly autumn nights / 니트와 바람막이를 = a jumper and a windbreaker
    눈보라 = a snowstorm / 모자와 두꺼운 장갑을 = a hat and thick gloves
    봄바람 = spring breezes / 가벼운 카디건을 = a light cardigan
    `,
  ),
);

const seas = cross(
  table(
    'boat',
    `
    여객선 = the passenger ferry
    낚싯배 = the fishing boat
    유람선 = the sightseeing boat
    요트 = the yacht
    수상 택시 = the water taxi
    카약 = the kayak tour
    `,
  ),
  table(
    'trouble',
    `
    높은 파도 = high waves
    짙은 안개 = thick fog
    강한 바람 = strong wind
    태풍 예보 = the typhoon forecast
    빠른 조류 = fast currents
    떠다니는 얼음 = drifting ice
    `,
  ),
);

const degrees = table(
  'degree',
  `
  영하 십이 도 = twelve degrees below zero
  영하 팔 도 = eight degrees below zero
  영하 사 도 = four degrees below zero
  영상 일 도 = one degree above zero
  영상 삼 도 = three degrees above zero
  영상 육 도 = six degrees above zero
  영상 구 도 = nine degrees above zero
  `,
);

const halves = table(
  'part',
  `
  새벽 = at dawn
  아침 출근길 = on the morning commute
  한낮 = at midday
  해 질 녘 = at sunset
  늦은 밤 = late at night
  `,
);

export const weather: Domain = {
  name: 'weather',
  topics: {
    forecast: {
      about: cross(regions, days),
      facts: [outlooks],
      ask: `
        {day}에 {region} 날씨가 어때요?
        What will the weather be like {within} on {day}?
        {region}에 가는데 {day}에 우산이 필요할까요?
        I am going to {region}; will I need an umbrella on {day}?
        {day} {region} 예보를 알고 싶습니다.
        I would like to know the forecast for {region} on {day}.
      `,
      tell: `
        {day} {region:은} {sky}. 자세한 내용은 저녁 뉴스에서 전해 드립니다.
        On {day}, {within}, {sky}. Details will follow in the evening news.
        기상청에 따르면 {region}에서는 {day}에 {sky}.
        According to the weather service, {sky} {within} on {day}.
      `,
    },
    outing: {
      about: cross(outings, regions).filter(({ outing, region }) =>
        outing.en.includes('sea') ? /coast|Jeju/.test(region.en) : true,
      ),
      ask: `
        이번 주말 {region}에서 {outing:을} 하기에 괜찮을까요?
        Is this weekend all right for {outing} {within}?
        {region:으로} {outing:을} 계획하고 있습니다. 무엇을 챙겨야 합니까?
        We are planning {outing} {within}. What should we pack?
      `,
      tell: `
        {region:은} 대체로 맑아 {outing}에 좋은 주말이 되겠습니다. 그래도 {need:은} 챙기십시오.
        {region} will be mostly fair, a good weekend for {outing}. All the same, take {need}.
        {outing:을} 준비하는 분은 {need:을} 잊지 마세요. {region} 기온이 밤에 뚝 떨어져요.
        Anyone off for {outing} should not forget {need}. Temperatures {within} drop sharply at night.
      `,
    },
    hazard: {
      about: cross(hazards, regions),
      ask: `
        {region}에 {hazard} 특보가 내려졌다는데 어떻게 대비해요?
        They have issued a warning of {hazard} for {region}; how do we prepare?
        {hazard:이} {region:을} 덮칠 때 주민들은 무엇을 해야 합니까?
        What should residents do when {hazard} hits {region}?
      `,
      tell: `
        {region} 주민께 알립니다. {hazard} 경보가 발효 중이니 {advice}.
        Notice to all who live {within}. An alert for {hazard} is in force, so {advice}.
        {hazard:이} 지나갈 때까지 {region}에서는 {advice}. 피해가 나면 구청에 신고해 주십시오.
        {within}, until {hazard} is over, {advice}. Please report damage to the district office.
      `,
    },
    crop: {
      about: cross(hazards.slice(0, 5), damages),
      ask: `
        {hazard:이} 오기 전에 {crop:을} 어떻게 보호해야 할까요?
        How should I protect {crop} before {hazard} comes?
        {hazard} 때문에 {crop:이} 걱정입니다. 농부들은 어떻게 합니까?
        With {hazard} I worry about the {crop}. What do farmers do?
      `,
      tell: `
        {hazard} 소식이 있으면 농가에서는 {crop}부터 살핍니다. 피해를 줄이려면 {guard}.
        At news of {hazard}, growers see to their {crop} first. To limit the harm, {guard}.
        {crop:은} {hazard}에 특히 약합니다. 하루 전에 {guard}.
        {hazard} is especially hard on {crop}. The day before, {guard}.
      `,
    },
    chore: {
      about: cross(tasks, days),
      facts: [
        table(
          'verdict',
          `
          습기가 많으니 다음 날로 미루는 편이 낫습니다 = the air is damp and the day after would be better
          햇볕이 좋고 바람도 적당해서 알맞습니다 = the sun is out, the breeze is gentle and it is just right
          오후에 비가 오니 오전에 끝내야 합니다 = rain comes in the afternoon, so finish before noon
          하루 종일 건조해서 아무 때나 좋습니다 = it stays dry all day and any hour will do
          `,
        ),
      ],
      ask: `
        {day}에 {chore} 좋은 날씨인가요?
        Is {day} good weather for {chore}?
        {chore}, {day}에 해도 될까요 아니면 기다려야 할까요?
        Shall I go ahead with {chore} on {day}, or wait?
      `,
      tell: `
        {day} 생활 정보입니다. {chore:은} {verdict}.
        Household tips for {day}. For {chore}, {verdict}.
        {chore:을} 생각하신다면 {day}에는 {verdict}.
        If you have {chore} in mind, on {day} {verdict}.
      `,
    },
    air: {
      about: cross(air, regions),
      ask: `
        지금 {region}의 {measure:은} 높은 편인가요?
        Is {measure} rather high {within} at the moment?
        {region}에서 {measure} 때문에 외출을 피해야 합니까?
        Should one avoid going out {within} because of {measure}?
      `,
      tell: `
        오늘 {region}의 {measure:은} {grade}입니다. 몸이 약한 분은 참고하십시오.
        Today {within}, {measure} is {grade}. People in poor health should take note.
        측정소 자료를 보면 {measure:은} {region} 전역에서 {grade}에 머물러요.
        Readings show {measure} to be {grade} throughout {region}.
      `,
    },
    season: {
      about: cross(seasons, regions),
      facts: [
        table(
          'when',
          `
          평년보다 사흘 빨리 = three days earlier than usual
          평년보다 일주일 빨리 = a week earlier than usual
          예년과 비슷한 때에 = at about the usual time
          작년보다 닷새 늦게 = five days later than last year
          작년보다 열흘 늦게 = ten days later than last year
          `,
        ),
      ],
      ask: `
        올해 {region}에서 {event:은} 언제쯤 볼 수 있을까요?
        When can {event} be expected {within} this year?
        {region}의 {event} 시기가 작년과 다릅니까?
        Is the timing of {event} {within} different from last year?
      `,
      tell: `
        기상청은 {region}에 {event:이} {when} 찾아온다고 내다봤다.
        The weather service expects {event} to come to {region} {when}.
        올해 {event} 소식은 {region}에서 {when} 들려오겠습니다. 날짜는 기온에 따라 바뀔 수 있습니다.
        This year we shall hear of {event} from {region} {when}. Dates may change with the temperature.
      `,
    },
    clothing: {
      about: clothing,
      ask: `
        {kind}에 {who}에게는 무엇을 입혀야 할까요?
        What should {who} wear in {kind}?
        {who:은} {kind}에 어떤 옷차림이 좋습니까?
        What outfit suits {who} for {kind}?
      `,
      tell: `
        {kind}에는 {wear} 권합니다. {who:이라면} 체온 변화에 더 신경 써야 합니다.
        For {kind} we recommend {wear}. With {who} one must watch body temperature all the more.
        기상 전문가는 {kind}에 {wear} 입으라고 말해요. {who}에게 감기는 특히 힘들어요.
        Weather experts say to put on {wear} in {kind}. A cold is especially hard on {who}.
      `,
    },
    boat: {
      about: seas,
      ask: `
        {trouble} 속에서도 {boat:이} 뜨나요?
        Does {boat} go out even with {trouble}?
        {trouble} 때문에 {boat:이} 취소되었습니까?
        Has {boat} been cancelled on account of {trouble}?
      `,
      tell: `
        {trouble:으로} {boat} 운항이 오늘 하루 멈춥니다. 예약금은 모두 돌려드립니다.
        Because of {trouble}, {boat} will not run today. All bookings will be paid back.
        선장은 {trouble:을} 확인한 뒤 {boat} 출항을 두 시간 미뤘다. 승객은 항구에서 기다렸다.
        Having looked at {trouble}, the captain put off {boat} by two hours. The passengers waited in the harbour.
      `,
    },
    temperature: {
      about: cross(halves, regions),
      facts: [degrees],
      ask: `
        {region:은} {part}에 얼마나 추워요?
        How cold is it {within} {part}?
        {part} {region} 기온이 몇 도쯤 됩니까?
        Roughly what is the temperature in degrees {within} {part}?
      `,
      tell: `
        {region}에 설치된 온도계는 {part}에 {degree:을} 가리켰습니다.
        The thermometer set up {within} showed {degree} {part}.
        {part} {region}의 수은주는 {degree} 안팎에서 움직이겠습니다. 어제보다 조금 낮은 값입니다.
        {part} the mercury {within} will move around {degree}. That is a little lower than yesterday.
      `,
    },
  },
};
