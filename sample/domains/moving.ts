import { cross, type Domain, table } from '../grammar.ts';
import { days, minutes, waits } from '../words.ts';

const loads = table(
  'load pack',
  `
  유리컵 = drinking glasses / 하나씩 신문지로 싸서 세워 담습니다 = wrap each one in newspaper and stand them upright
  접시 = plates / 한 장씩 종이를 끼워 옆으로 세웁니다 = put paper between them and stand them on edge
  거울 = the mirror / 담요로 감고 모서리에 골판지를 댑니다 = roll it in a blanket and put cardboard on the corners
  책 = books / 작은 상자에 나누어 무게를 줄입니다 = divide them among small boxes to keep the weight down
  옷 = clothes / 옷걸이째 긴 상자에 겁니다 = hang them in a tall box with their hangers
  텔레비전 = the television / 처음 살 때의 포장 상자에 넣습니다 = put it into the box it was bought in
  화분 = potted plants / 물을 주지 않은 채 구멍 뚫린 상자에 담습니다 = leave them unwatered and put them in boxes with holes
  피아노 = the piano / 뚜껑을 잠그고 전문 업체에 맡깁니다 = lock the lid and leave it to a specialist firm
  그림 액자 = framed pictures / 유리에 테이프를 붙이고 두꺼운 천으로 덮습니다 = tape the glass and cover them with thick cloth
  매트리스 = the mattress / 비닐 덮개를 씌워 먼지를 막습니다 = pull a plastic cover over it against dust
  `,
);

const journeys = table(
  'journey',
  `
  옆 동네로 가는 이사 = a move to the next neighbourhood
  지방으로 가는 이사 = a move to the countryside
  해외 이사 = a move abroad
  비 오는 날 이사 = a move on a rainy day
  한겨울 이사 = a move in midwinter
  엘리베이터 없는 집 이사 = a move to a house without a lift
  `,
);

const homes = table(
  'home price rent crew',
  `
  원룸 = studio flat / 30만 원 = 300,000 won / 55만 원 = 550,000 won / 일꾼 두 명 = two workers
  방 두 개짜리 아파트 = two-bedroom flat / 65만 원 = 650,000 won / 90만 원 = 900,000 won / 일꾼 세 명 = three workers
  방 세 개짜리 아파트 = three-bedroom flat / 110만 원 = 1,100,000 won / 130만 원 = 1,300,000 won / 일꾼 네 명 = four workers
  단독 주택 = detached house / 160만 원 = 1,600,000 won / 180만 원 = 1,800,000 won / 일꾼 여섯 명 = six workers
  옥탑방 = rooftop room / 40만 원 = 400,000 won / 45만 원 = 450,000 won / 일꾼 두 명 = two workers
  반지하 방 = semi-basement room / 35만 원 = 350,000 won / 40만 원 = 400,000 won / 일꾼 두 명 = two workers
  사무실 = office / 180만 원 = 1,800,000 won / 200만 원 = 2,000,000 won / 일꾼 다섯 명 = five workers
  상가 점포 = shop unit / 140만 원 = 1,400,000 won / 150만 원 = 1,500,000 won / 일꾼 네 명 = four workers
  `,
);

const services = table(
  'service',
  `
  포장 이사 = full packing service
  반포장 이사 = half packing service
  용달차 이사 = small van service
  사다리차 이사 = ladder truck service
  보관 이사 = storage service
  `,
);

const reports = table(
  'report office',
  `
  전입 신고 = registration of the new address / 주민 센터 = the community centre
  가스 이전 = transfer of the gas supply / 가스 회사 = the gas company
  인터넷 이전 = transfer of the internet line / 통신사 = the telecom company
  우편물 주소 변경 = change of the postal address / 우체국 = the post office
  전기 요금 정산 = settlement of the electricity bill / 전력 회사 = the power company
  수도 요금 정산 = settlement of the water bill / 수도 사업소 = the water works
  학교 전학 = change of school / 교육청 = the education office
  자동차 주소 변경 = change of the car's address / 차량 등록 사업소 = the vehicle office
  `,
);

const timings = table(
  'timing',
  `
  이사 일주일 전 = a week before the move
  이사 사흘 전 = three days before the move
  이사 당일 = on the day of the move
  이사한 다음 날 = on the day after the move
  이사하고 이 주 안 = within two weeks after the move
  `,
);

const waste = table(
  'junk',
  `
  낡은 소파 = old sofa
  고장 난 냉장고 = broken fridge
  침대 = bed
  책상 = desk
  옷장 = wardrobe
  깨진 거울 = broken mirror
  헌 이불 = worn-out quilt
  전자레인지 = microwave
  자전거 = bicycle
  `,
);

const districts = table(
  'district',
  `
  강북 = on the north side of the river
  강남 = on the south side of the river
  구시가지 = in the old town
  신도시 = in the new town
  항구 동네 = in the harbour quarter
  대학가 = in the university quarter
  시장 골목 = in the market lanes
  언덕 마을 = in the hill village
  `,
);

const defects = table(
  'defect worker',
  `
  벽의 곰팡이 = mould on the wall / 도배 업자 = the paperhanger
  새는 수도꼭지 = a leaking tap / 배관공 = the plumber
  깨진 창문 = a broken window / 유리 가게 = the glazier
  고장 난 보일러 = a faulty boiler / 보일러 기사 = the heating engineer
  막힌 하수구 = a blocked drain / 배관공 = the plumber
  삐걱거리는 마루 = a creaking floor / 목수 = the carpenter
  나간 전등 = a dead lamp / 전기 기사 = the electrician
  헐거운 문손잡이 = a loose door handle / 열쇠 가게 = the locksmith
  `,
);

const tenures = table(
  'tenure payer',
  `
  전셋집 = in a deposit-lease flat / 집주인 = the landlord
  월셋집 = in a monthly-rent flat / 집주인 = the landlord
  군인 아파트 = in military housing / 부대 = the army
  회사 사택 = in company housing / 회사 = the company
  학교 기숙사 = in a school dormitory / 학교 = the school
  공공 임대 주택 = in public rental housing / 주택 공사 = the housing corporation
  `,
);

const obstacles = table(
  'obstacle extra',
  `
  좁은 골목 = a narrow alley / 작은 트럭 = a smaller truck
  가파른 계단 = steep stairs / 등에 메는 지게 = back frames
  고장 난 승강기 = a lift that is out of order / 사다리차 = a ladder truck
  지하 주차장 = an underground car park / 바퀴 달린 수레 = wheeled carts
  비좁은 현관문 = a tight front door / 가구 해체 공구 = tools for taking furniture apart
  새로 깐 마루 = a newly laid floor / 바닥 보호 깔개 = mats to protect the floor
  `,
);

const contracts = table(
  'clause fact',
  `
  보증금 = the deposit / 열쇠를 돌려주는 날 함께 돌려받습니다 = it is returned on the day the keys are handed back
  계약 기간 = the length of the contract / 보통 이 년이며 한 번 늘릴 수 있습니다 = it is normally two years and can be extended once
  중개 수수료 = the agent's fee / 법으로 정한 한도를 넘지 못합니다 = it may not exceed the limit set by law
  반려동물 = pets / 집주인의 동의를 글로 받아 두어야 합니다 = the landlord's consent is needed in writing
  관리비 = the maintenance fee / 청소비와 승강기 비용이 들어 있습니다 = cleaning and the lift are included in it
  주차 = parking / 세대마다 한 대만 허용됩니다 = one car per household is allowed
  벽에 못 박기 = putting nails in the walls / 나갈 때 구멍을 메워야 합니다 = the holes must be filled on leaving
  `,
);

export const moving: Domain = {
  name: 'moving',
  topics: {
    packing: {
      about: cross(loads, journeys),
      ask: `
        {journey:을} 앞두고 {load:은} 어떻게 싸야 안전해요?
        Before {journey}, how do I pack {load} safely?
        {load:이} 망가질까 걱정입니다. {journey}에는 어떤 포장이 좋습니까?
        I'm worried that {load} might be damaged. What packing is good for {journey}?
      `,
      tell: `
        {journey}에서 상하기 쉬운 것이 {load}입니다. {pack}.
        {load} can easily come to harm in {journey}. {pack}.
        경험 많은 일꾼들은 {load:을} 이렇게 다룹니다. {pack}. {journey:이라면} 하루 전에 끝내 두십시오.
        Experienced movers treat {load} like this: {pack}. For {journey}, have it done the day before.
      `,
    },
    quote: {
      about: cross(services, homes),
      ask: `
        {home} 짐을 {service:으로} 옮기면 비용이 얼마나 들어요?
        How much does it cost to move the contents of {home:a} with {service:a}?
        {service:을} 부르려고 합니다. {home} 기준으로 견적이 어떻게 됩니까?
        I want to hire {service:a}. What is the estimate for {home:a}?
      `,
      tell: `
        {home} {service} 가격은 보통 {price} 선입니다. 손 없는 날이나 월말에는 더 오릅니다.
        For {home:a}, {service:a} is usually priced around {price}. It rises on lucky days and at the end of the month.
        {price} 정도를 예산으로 잡으세요. 직원이 {home:을} 직접 보고 나서 {service} 값을 정해요.
        Set aside about {price}. The price of {service:a} is fixed after staff have seen the {home}.
      `,
    },
    report: {
      about: cross(reports, timings).filter(
        ({ report, timing }) => !report.en.includes('address') || /after|within/.test(timing.en),
      ),
      ask: `
        {report:은} {timing}에 해도 되나요?
        Is it all right to do the {report} {timing}?
        {timing}에 {report:을} 하려면 어디에 연락합니까?
        Whom do I contact about the {report} {timing}?
      `,
      tell: `
        {report:은} {office}에서 맡고 있습니다. {timing}에 전화나 인터넷으로 신청하면 충분합니다.
        The {report} is handled by {office}. It is enough to apply by phone or online {timing}.
        {timing}에 {office:으로} 알려 주세요. {report:은} 따로 돈이 들지 않아요.
        Tell {office} {timing}. The {report} costs nothing extra.
      `,
    },
    junk: {
      about: cross(waste, districts),
      facts: [
        table(
          'sticker',
          `
          3천 원짜리 = for 3,000 won
          5천 원짜리 = for 5,000 won
          8천 원짜리 = for 8,000 won
          만 원짜리 = for 10,000 won
          만 5천 원짜리 = for 15,000 won
          `,
        ),
        days,
      ],
      ask: `
        {district}에서 {junk:을} 버리려면 어떻게 해야 하나요?
        What do I have to do to throw away {junk:a} {district}?
        이사하면서 {junk:이} 필요 없어졌습니다. {district:은} 언제 수거합니까?
        Since the move I no longer need {junk:a}. When is it collected {district}?
      `,
      tell: `
        {district} 주민은 {junk}에 {sticker} 스티커를 붙여 {day} 밤에 내놓으면 됩니다.
        People {district} stick a label {sticker} on {junk:a} and put it out on {day} night.
        {day}마다 트럭이 {district:을} 돌며 {junk} 같은 큰 쓰레기를 가져가요. 스티커는 편의점에서 {sticker:을} 사세요.
        Every {day} a truck makes its round {district} and takes bulky waste such as {junk:a}. Buy the label {sticker} at a convenience store.
      `,
    },
    defect: {
      about: cross(defects, tenures),
      facts: [waits.slice(0, 5)],
      ask: `
        {tenure}에 사는데 {defect:은} 누가 고쳐 줘요?
        Living {tenure}, who repairs {defect}?
        {tenure}에서 {defect:을} 발견했습니다. 수리비는 누가 냅니까?
        I found {defect} while living {tenure}. Who pays for the repair?
      `,
      tell: `
        {tenure}에서 {defect:은} {payer:이} 책임집니다. {worker:이} {wait} 안에 찾아갑니다.
        {tenure}, {defect} is the responsibility of {payer}. {worker} will call within {wait}.
        사진을 찍어 {payer} 쪽에 보내세요. {tenure:이라면} {defect} 때문에 {worker:을} 부르는 돈도 받아요.
        Send photographs to {payer}. {tenure}, you even get back the money for calling {worker} about {defect}.
      `,
    },
    crew: {
      about: cross(homes, obstacles),
      facts: [minutes.slice(4)],
      ask: `
        {obstacle:이} 있는 {home} 이사에는 몇 사람이 필요해요?
        How many people does it take to move out of {home:a} with {obstacle}?
        {home}에서 이사하는데 {obstacle} 때문에 걱정입니다. 짐을 옮길 수 있겠습니까?
        I am moving out of {home:a}, and {obstacle} worries me. Can the load be carried?
      `,
      tell: `
        {home} 이사에는 {crew:이} 갑니다. {obstacle:이} 있다면 {extra:을} 준비하고 {minutes} 정도 더 잡습니다.
        For {home:a} we send {crew}. Given {obstacle}, we bring {extra} and allow {minutes} more.
        {obstacle:이라도} 문제없어요. {crew:이} {extra:을} 써서 {home} 살림을 모두 날라요.
        Even {obstacle} is no problem. Using {extra}, {crew} carry everything out of {home:a}.
      `,
    },
    contract: {
      about: cross(contracts, homes.slice(0, 6)),
      ask: `
        {home:을} 빌릴 때 {clause:은} 계약서에 어떻게 적나요?
        What does the contract say about {clause} when renting {home:a}?
        {home} 계약을 하려는데 {clause}에 대해 알아 둘 점이 있습니까?
        I am about to sign for {home:a}. Is there anything to know about {clause}?
      `,
      tell: `
        {home} 임대차에서 {clause} 항목을 보면 다음과 같습니다. {fact}.
        In a lease for {home:a}, the item on {clause} reads as follows: {fact}.
        부동산 중개인은 {clause} 이야기를 빠뜨리지 말라고 합니다. {home}도 마찬가지로 {fact}.
        Estate agents say never to leave out the question of {clause}. With {home:a} too, {fact}.
      `,
    },
    viewing: {
      about: cross(homes.slice(0, 6), districts),
      ask: `
        {district}에 있는 {home:은} 한 달에 얼마 정도 해요?
        About how much a month is {home:a} {district}?
        {district}에서 {home:을} 구하고 있습니다. 시세가 어떻습니까?
        I am looking for {home:a} {district}. What are prices like?
      `,
      tell: `
        요즘 {district} {home} 월세는 {rent} 안팎입니다. 봄이 되면 방이 빨리 나갑니다.
        These days the rent of {home:a} {district} is around {rent}. In spring rooms go fast.
        {district:은} {rent:이면} {home:을} 얻을 수 있어요. 저녁에도 가서 소음을 들어 보세요.
        {district} {rent} will get you {home:a}. Go there in the evening too and listen for noise.
      `,
    },
  },
};
