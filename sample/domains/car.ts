import { cross, type Domain, table } from '../grammar.ts';
import { days, places, waits } from '../words.ts';

const vehicles = table(
  'car',
  `
  소형차 = small car
  승합차 = minivan
  전기차 = electric car
  중고 트럭 = used lorry
  오토바이 = motorcycle
  캠핑카 = camper van
  택시 = taxi
  배달 오토바이 = delivery scooter
  `,
);
const fourWheels = vehicles.filter(({ car }) => !/motorcycle|scooter/.test(car.en));

const faults = table(
  'fault cause',
  `
  시동이 안 걸려요 = will not start / 배터리가 다 닳았을 가능성이 큽니다 = the battery is most likely flat
  브레이크에서 소리가 나요 = squeals when braking / 브레이크 패드를 갈 때가 되었습니다 = the brake pads are due for replacement
  핸들이 떨려요 = shakes at the steering wheel / 바퀴의 균형이 맞지 않습니다 = the wheels are out of balance
  에어컨이 미지근해요 = blows lukewarm air / 냉매 가스가 새고 있습니다 = the cooling gas is leaking
  타는 냄새가 나요 = smells of burning / 벨트가 미끄러지는 것 같습니다 = a belt seems to be slipping
  앞유리에 금이 갔어요 = has a crack in the windscreen / 작은 금이라면 수지로 메울 수 있습니다 = a small crack can be filled with resin
  바닥에 기름이 떨어져요 = drips oil on the floor / 엔진 밑의 고무가 낡았습니다 = the rubber under the engine is worn
  경고등이 켜져요 = shows a warning light / 감지기를 컴퓨터로 진단해야 합니다 = the sensor must be read by computer
  한쪽으로 쏠려요 = pulls to one side / 타이어 공기압이 서로 다릅니다 = the tyre pressures differ
  `,
);

const parts = table(
  'part life',
  `
  엔진 오일 = engine oil / 만 킬로를 달릴 때마다 = every ten thousand kilometres
  브레이크 패드 = brake pads / 삼만 킬로마다 = every thirty thousand kilometres
  타이어 = tyres / 홈이 닳는 사오 년마다 = every four or five years as the tread wears down
  배터리 = battery / 삼 년에 한 번 = once every three years
  와이퍼 = wiper blades / 해마다 장마 전에 = every year before the rains
  에어컨 필터 = air filter / 반년에 한 번 = once every half year
  냉각수 = coolant / 이 년에 한 번 = once every two years
  점화 플러그 = spark plugs / 사만 킬로마다 = every forty thousand kilometres
  `,
);

const prices = table(
  'price',
  `
  2만 원 = 20,000 won
  4만 5천 원 = 45,000 won
  7만 원 = 70,000 won
  9만 원 = 90,000 won
  15만 원 = 150,000 won
  `,
);

const repairs = table(
  'work',
  `
  찌그러진 문 수리 = repair of a dented door
  도색 = paint job
  타이어 교체 = change of tyres
  정기 검사 = regular inspection
  유리 교체 = window replacement
  엔진 수리 = engine repair
  블랙박스 설치 = dashboard camera fitting
  `,
);

const troubles = table(
  'trouble act',
  `
  타이어가 터졌을 때 = a tyre bursts / 핸들을 꽉 잡고 천천히 속도를 줄입니다 = grip the wheel and slow down gently
  엔진에서 연기가 날 때 = the engine smokes / 차를 세우고 보닛을 열지 않은 채 떨어집니다 = stop and keep away without opening the bonnet
  기름이 떨어졌을 때 = the fuel runs out / 비상등을 켜고 보험 회사를 부릅니다 = put the hazard lights on and call the insurer
  접촉 사고가 났을 때 = there is a minor collision / 사진을 찍고 연락처를 주고받습니다 = take photographs and exchange contacts
  동물을 치었을 때 = an animal is hit / 만지지 말고 도로 관리소에 알립니다 = tell the road authority without touching it
  브레이크가 안 들을 때 = the brakes fail / 기어를 낮추고 손 브레이크를 조금씩 당깁니다 = change down and pull the handbrake bit by bit
  안개가 짙을 때 = fog is thick / 안개등을 켜고 앞차와 거리를 둡니다 = use fog lights and keep your distance
  `,
);

const roads = table(
  'road',
  `
  고속도로 = on the motorway
  긴 터널 = in a long tunnel
  시골길 = on a country road
  산길 = on a mountain road
  다리 위 = on a bridge
  시내 교차로 = at a city crossing
  해안 도로 = on the coast road
  `,
);

const papers = table(
  'matter need',
  `
  번호판 교체 = replacement of the number plate / 자동차 등록증 = the registration card
  명의 이전 = transfer of ownership / 매매 계약서 = the sales contract
  정기 검사 예약 = booking of the inspection / 차량 번호 = the plate number
  말소 등록 = deregistration / 폐차 확인서 = the proof of scrapping
  구조 변경 승인 = approval of a conversion / 설계 도면 = the drawings
  과태료 납부 = payment of a fine / 고지서 = the notice
  주차증 발급 = issue of a parking permit / 주소가 적힌 서류 = a paper showing the address
  `,
);

const cleanings = table(
  'dirt method',
  `
  새똥 = bird droppings / 젖은 휴지를 올려 불린 뒤 닦습니다 = soften them with wet tissue and wipe
  커피 얼룩 = coffee stains / 식초 물을 뿌리고 두드립니다 = spray vinegar water and dab
  개털 = dog hair / 고무장갑을 끼고 쓸어 모읍니다 = sweep it together with a rubber glove
  담배 냄새 = the smell of cigarettes / 숯을 넣고 창문을 열어 둡니다 = put in charcoal and leave the windows open
  나무 진액 = tree sap / 알코올을 묻힌 천으로 녹입니다 = dissolve it with a cloth and alcohol
  진흙 = mud / 마를 때까지 기다렸다가 털어 냅니다 = wait until it is dry and brush it off
  `,
);
const surfaces = table(
  'surface',
  `
  천 시트 = cloth seats
  가죽 시트 = leather seats
  차 지붕 = car roof
  트렁크 = boot
  발판 = floor mats
  앞유리 = windscreen
  `,
);
const dirtySurfaces = cross(cleanings, surfaces).filter(
  ({ dirt, surface }) =>
    !(/roof|windscreen/.test(surface.en) && /coffee|hair|cigar/.test(dirt.en)) &&
    !(/seats|mats|boot/.test(surface.en) && /bird|sap/.test(dirt.en)),
);

const stays = table(
  'stay charge',
  `
  한 시간 동안 = for an hour / 2천 원 = 2,000 won
  반나절 동안 = for half a day / 7천 원 = 7,000 won
  하루 종일 = all day / 만 2천 원 = 12,000 won
  하룻밤 동안 = overnight / 9천 원 = 9,000 won
  한 달 동안 = for a month / 15만 원 = 150,000 won
  `,
);

const chargers = table(
  'station',
  `
  대형 마트 지하 = under the supermarket
  고속도로 휴게소 = at the motorway services
  시청 주차장 = in the city hall car park
  아파트 단지 = in the housing estate
  호텔 뒤 = behind the hotel
  대학교 정문 = at the university main gate
  공항 주차장 = in the airport car park
  `,
);
const chargeTimes = table(
  'moment rate',
  `
  한낮 = at midday / 가장 비쌉니다 = it is dearest
  밤 열한 시 이후 = after eleven at night / 절반 값입니다 = it is half price
  이른 아침 = early in the morning / 조금 쌉니다 = it is a little cheaper
  주말 = at the weekend / 평일보다 쌉니다 = it is cheaper than on weekdays
  명절 연휴 = over the holidays / 무료입니다 = it is free
  출근 시간 = in the rush hour / 값이 오릅니다 = the price goes up
  `,
);

export const car: Domain = {
  name: 'car',
  topics: {
    fault: {
      about: cross(vehicles, faults).filter(
        ({ car, fault }) =>
          !(/motorcycle|scooter/.test(car.en) && /steering|air|windscreen/.test(fault.en)) &&
          !(/electric/.test(car.en) && /oil/.test(fault.en)),
      ),
      ask: `
        제 {car:이} 이상합니다. {fault}. 왜 그런가요?
        Something is wrong with my {car}. It {fault}. Why?
        {fault}. {car} 수리를 맡겨야 할까요?
        My {car} {fault}. Should I take it in for repair?
      `,
      tell: `
        {car}에서 이런 증상이 보인다면 정비소에 들러 점검받으십시오. {cause}.
        When {car:a} behaves like that, drop in at a garage and have it checked. {cause}.
        정비사의 설명은 간단합니다. {car:이라면} {cause}.
        The mechanic's explanation is simple. With {car:a}, {cause}.
      `,
    },
    part: {
      about: cross(parts, fourWheels).filter(
        ({ part, car }) => !/electric/.test(car.en) || !/oil|spark/.test(part.en),
      ),
      facts: [prices],
      ask: `
        {car} {part:은} 얼마마다 갈아야 해요?
        How often must the {part} of {car:a} be changed?
        {part:을} 바꾸라고 합니다. {car:은} 비용이 얼마나 듭니까?
        They tell me to change the {part}. What does it cost for {car:a}?
      `,
      tell: `
        {part:은} {life} 교환하는 것이 좋습니다. {car:이라면} 공임까지 {price} 정도입니다.
        It is best to renew the {part} {life}. With {car:a}, that is about {price} including labour.
        {car} 주인은 {life} {part:을} 확인하세요. 새것으로 바꾸는 데 {price:이} 들어요.
        Whoever owns {car:a} should see to the {part} {life}. Having this done costs {price}.
      `,
    },
    garage: {
      about: cross(repairs, places),
      facts: [days.slice(0, 6), waits.slice(0, 5)],
      ask: `
        {place} 정비소에서 {work:을} 하면 며칠 걸려요?
        How many days does the garage {place} need for {work:a}?
        {work:을} 예약하려고 합니다. {place} 정비소는 언제 비어 있습니까?
        I want to book {work:a}. When is the garage {place} free?
      `,
      tell: `
        {place} 정비소의 {work:은} {day}에 빈자리가 있습니다. 맡기고 나서 {wait:이면} 찾아갑니다.
        The garage {place} has a slot on {day} for {work:a}. Leave it and collect it after {wait}.
        {work}에는 {wait:이} 걸려요. {place} 정비소가 그동안 탈 차를 빌려줘요.
        {work:a} takes {wait}. The garage {place} lends you a vehicle for that time.
      `,
    },
    emergency: {
      about: cross(troubles, roads),
      ask: `
        {road}에서 {trouble} 어떻게 해야 하나요?
        What should I do {road} when {trouble}?
        {trouble} 당황하지 않으려면 {road}에서는 무엇부터 합니까?
        When {trouble}, what comes first {road} so as not to panic?
      `,
      tell: `
        {road}에서는 뒤차가 더 위험합니다. {trouble} {act}.
        The danger {road} is the traffic behind. When {trouble}, {act}.
        경찰은 {road} 운전자에게 {trouble} 이렇게 하라고 합니다. 먼저 {act}.
        Police advise drivers {road}: when {trouble}, first {act}.
      `,
    },
    paper: {
      about: cross(papers, vehicles.slice(0, 7)),
      ask: `
        {car} {matter}에는 뭐가 필요해요?
        What is needed for the {matter} for {car:a}?
        {car} {matter:을} 인터넷으로도 할 수 있습니까?
        Can the {matter} for {car:a} be done online too?
      `,
      tell: `
        {car} {matter:은} 구청 교통과에서 합니다. {need:을} 들고 오십시오.
        The {matter} for {car:a} is done at the traffic desk of the district office. Come with {need}.
        누리집에 {need:을} 올리면 {matter:이} 끝나요. {car:이라도} 절차는 같아요.
        Upload {need} to the website and the {matter} is finished. For {car:a} the procedure is the same.
      `,
    },
    cleaning: {
      about: dirtySurfaces,
      ask: `
        {surface}에 묻은 {dirt:은} 어떻게 없애요?
        How do I get rid of {dirt} on the {surface}?
        {surface}에 {dirt:이} 남아 지저분합니다. 집에서 닦을 수 있습니까?
        I see {dirt} on the {surface} and it looks awful. Can I clean it at home?
      `,
      tell: `
        {surface:을} 상하지 않게 하려면 서두르지 마십시오. {dirt}에는 이렇게 합니다. {method}.
        Do not rush, so as not to harm the {surface}. For {dirt}, {method}.
        세차장 직원은 {dirt:을} 보면 먼저 {method}. {surface:은} 그다음에 물로 헹굽니다.
        The car wash has its way with {dirt}: first {method}. Then comes a rinse of the {surface} with water.
      `,
    },
    parking: {
      about: cross(places, stays),
      ask: `
        {place} 주차장에 {stay} 세워 두면 얼마예요?
        What does it cost to leave the car {stay} in the car park {place}?
        {stay} 차를 맡길 곳이 필요합니다. {place} 주차장은 비쌉니까?
        I need somewhere to leave my car {stay}. Is the car park {place} expensive?
      `,
      tell: `
        {place} 주차장은 {stay} 이용할 때 {charge:을} 받습니다. 경차와 전기차는 절반만 냅니다.
        The car park {place} takes {charge} for parking {stay}. Tiny and electric cars pay half.
        {stay} 주차하는 데 {charge:이에요}. {place}에는 자리가 빨리 차니 일찍 오세요.
        Parking {stay} is {charge}. The spaces {place} fill up fast, so come early.
      `,
    },
    charging: {
      about: cross(chargers, chargeTimes),
      ask: `
        {station} 충전소에서 {moment}에 전기차를 충전하면 얼마예요?
        What is the price of charging an electric car {station} {moment}?
        {moment}에 {station} 충전기를 쓰려고 합니다. 요금이 다릅니까?
        I want to use the charger {station} {moment}. Is the rate different?
      `,
      tell: `
        {station} 충전기는 {moment}에 {rate}. 오십 분이 지나면 자리를 비워 주십시오.
        With the charger {station}, {moment} {rate}. Please free the space after fifty minutes.
        {moment} 요금을 보면 {rate}. {station} 충전소는 회원 카드도 받습니다.
        Looking at the tariff {moment}, {rate}. The charging point {station} takes membership cards too.
      `,
    },
  },
};
