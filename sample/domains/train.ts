import { cross, type Domain, table } from '../grammar.ts';

const cityNames = `
  서울 = Seoul
  부산 = Busan
  대전 = Daejeon
  광주 = Gwangju
  전주 = Jeonju
  강릉 = Gangneung
  여수 = Yeosu
  경주 = Gyeongju
  목포 = Mokpo
  춘천 = Chuncheon
`;
const cities = table('city', cityNames);
const origins = table('from', cityNames).slice(0, 8);

const lastTimes = table(
  'time',
  `
  저녁 여덟 시 반 = half past eight in the evening
  밤 아홉 시 십 분 = ten past nine at night
  밤 아홉 시 오십 분 = ten to ten at night
  밤 열 시 이십 분 = twenty past ten at night
  밤 열한 시 = eleven at night
  `,
);

const departures = table(
  'depart',
  `
  새벽 다섯 시 = five in the early morning
  아침 일곱 시 = seven in the morning
  오전 열 시 = ten in the morning
  정오 = noon
  오후 세 시 = three in the afternoon
  저녁 여섯 시 = six in the evening
  `,
);

const trains = table(
  'train',
  `
  고속 열차 = express train
  완행열차 = local train
  야간열차 = night train
  관광 열차 = sightseeing train
  통근 열차 = commuter train
  `,
);

const luggage = table(
  'item rule',
  `
  자전거 = bicycle / 앞바퀴를 떼고 가방에 넣으면 됩니다 = take off the front wheel and put it in a bag
  접이식 자전거 = folding bicycle / 접어서 선반 밑에 두면 됩니다 = fold it and leave it under the rack
  유모차 = pushchair / 출입문 옆 공간에 세워 두면 됩니다 = park it in the space beside the doors
  휠체어 = wheelchair / 전용 좌석을 미리 예약하면 됩니다 = reserve the special place in advance
  큰 여행 가방 = large suitcase / 객차 끝 짐칸에 올려 두면 됩니다 = put it on the luggage rack at the end of the carriage
  스키 장비 = set of skis / 긴 덮개에 싸서 짐칸에 세우면 됩니다 = wrap it in a long cover and stand it on the luggage rack
  서핑보드 = surfboard / 추가 요금을 내고 화물칸에 맡기면 됩니다 = pay extra and hand it in at the baggage car
  강아지 = puppy / 이동 가방에 넣고 무릎에 올려 두면 됩니다 = keep it in a carrier on your lap
  고양이 = cat / 뚜껑 있는 상자에 넣어 발밑에 두면 됩니다 = keep it in a closed box at your feet
  첼로 = cello / 옆자리 표를 하나 더 사면 됩니다 = buy one more ticket for the next seat
  `,
);

const tickets = table(
  'ticket',
  `
  왕복표 = return ticket
  단체표 = group ticket
  할인표 = discount ticket
  침대칸 표 = sleeper ticket
  특실 표 = first-class ticket
  입석표 = standing ticket
  어린이표 = child's ticket
  `,
);

const cancellations = table(
  'when refund',
  `
  출발 일주일 전 = a week before departure / 낸 돈을 모두 돌려받습니다 = you get back everything you paid
  출발 하루 전 = a day before departure / 기본 수수료만 빼고 돌려받습니다 = you get your money back less the basic charge
  출발 세 시간 전 = three hours before departure / 요금의 십 퍼센트를 떼고 돌려받습니다 = ten per cent of the fare is kept
  출발 직전 = just before departure / 요금의 절반만 돌려받습니다 = only half of the fare comes back to you
  출발 뒤 = after departure / 한 푼도 돌려받지 못합니다 = you do not get a single coin back
  폭설로 운행이 중단됐을 때 = when heavy snow has stopped the service / 수수료 없이 다음 날 표로 바꿔 줍니다 = it is exchanged for the next day free of charge
  `,
);

const riders = table(
  'rider paper',
  `
  학생 = students / 학생증 = student card
  어린이 = children / 나이를 확인할 서류 = document that shows their age
  어르신 = elderly people / 주민등록증 = identity card
  군인 = soldiers / 휴가증 = leave pass
  임산부 = pregnant women / 산모 수첩 = maternity booklet
  장애인 = disabled people / 복지 카드 = welfare card
  다자녀 가족 = large families / 가족 관계 증명서 = family certificate
  외국인 관광객 = foreign tourists / 여권 = passport
  `,
);

const losses = table(
  'item',
  `
  우산 = umbrella
  지갑 = wallet
  안경집 = glasses case
  목도리 = scarf
  노트북 = laptop
  모자 = hat
  카메라 = camera
  배낭 = rucksack
  `,
);

const delays = table(
  'reason extra',
  `
  폭설 = heavy snow / 한 시간 = an hour
  폭우 = heavy rain / 사십 분 = forty minutes
  강풍 = strong wind / 삼십 분 = half an hour
  안개 = fog / 이십 분 = twenty minutes
  선로 공사 = track works / 두 시간 = two hours
  신호 고장 = a signal failure / 오십 분 = fifty minutes
  기관사 파업 = a drivers' strike / 세 시간 = three hours
  `,
);

const facilities = table(
  'facility',
  `
  물품 보관함 = luggage locker
  매표소 = ticket office
  유실물 센터 = lost property office
  수유실 = nursing room
  약국 = pharmacy
  현금 인출기 = cash machine
  택시 승강장 = taxi rank
  관광 안내소 = tourist information desk
  `,
);
const corners = table(
  'corner',
  `
  일 층 동쪽 출구 = the east exit on the ground floor
  일 층 서쪽 출구 = the west exit on the ground floor
  이 층 대합실 = the waiting room on the first floor
  지하 일 층 계단 = the stairs on the lower level
  엘리베이터 = the lift
  꽃집 = the flower shop
  빵집 = the bakery
  `,
);

const seats = table(
  'seat car',
  `
  창가 자리 = window seat / 모든 객차의 양쪽 끝 열 = the outer row of every carriage
  통로 쪽 자리 = aisle seat / 모든 객차의 가운데 두 줄 = the two middle rows of every carriage
  마주 보는 자리 = seat in a group of four facing each other / 맨 앞 객차의 중앙 = the middle of the first carriage
  조용한 자리 = quiet seat / 맨 뒤 객차 = the last carriage
  콘센트가 있는 자리 = seat with a power socket / 홀수 번호 객차의 벽 쪽 = the wall side of the odd-numbered carriages
  식탁이 있는 자리 = seat with a table / 카페 칸 바로 옆 = the places right next to the café car
  `,
);

export const train: Domain = {
  name: 'train',
  topics: {
    last: {
      about: cross(origins, cities).filter(({ from, city }) => from.en !== city.en),
      facts: [lastTimes],
      ask: `
        {from}에서 {city:으로} 가는 막차는 몇 시에 있어요?
        What time is the last train from {from} to {city}?
        밤늦게 {from}에서 {city}까지 기차로 갈 수 있는지 궁금합니다.
        I wonder whether I can still get from {from} to {city} by rail late at night.
        {city}행 마지막 열차를 {from}에서 타려면 언제까지 가야 할까요?
        By when must I be at {from} station to catch the final service for {city}?
      `,
      tell: `
        {from:을} 떠나는 {city} 방면 막차는 {time}에 출발합니다. 그 뒤에는 첫차까지 기다리셔야 합니다.
        The last departure from {from} towards {city} is at {time}. After that you must wait for the first one of the morning.
        {time:이} 지나면 {from}에서 {city:으로} 가는 기차가 없어요. 심야 버스를 이용해 주세요.
        After {time} there are no more trains from {from} to {city}. Please take the night bus.
        {from}–{city} 구간의 운행은 {time} 열차를 끝으로 마무리된다.
        On the line between {from} and {city}, service ends with the train at {time}.
      `,
    },
    platform: {
      about: cross(cities, departures),
      facts: [
        table(
          'platform',
          `
          첫 번째 승강장 = the first platform
          두 번째 승강장 = the second platform
          세 번째 승강장 = the third platform
          네 번째 승강장 = the fourth platform
          다섯 번째 승강장 = the fifth platform
          여섯 번째 승강장 = the sixth platform
          `,
        ),
      ],
      ask: `
        {depart}에 출발하는 {city}행 기차는 어디서 타요?
        Where do I board the train for {city} that leaves at {depart}?
        {city:으로} 가는 {depart} 열차를 타려고 합니다. 몇 번 승강장입니까?
        I am taking the {city} train at {depart}. Which platform is it?
      `,
      tell: `
        {depart}에 떠나는 {city} 방면 열차는 {platform}에 들어옵니다. 출발 오 분 전에 문이 닫힙니다.
        The service towards {city} leaving at {depart} comes in at {platform}. The doors close five minutes before departure.
        {city} 가시는 손님은 {depart} 전에 {platform:으로} 내려가 주세요.
        Passengers for {city} should go down to {platform} before {depart}.
      `,
    },
    luggage: {
      about: cross(luggage, trains),
      ask: `
        {train}에 {item:을} 가지고 타도 돼요?
        May I take {item:a} on {train:a}?
        {item:이} 있는데 {train:을} 이용할 수 있습니까?
        Can I use {train:a} if I have {item:a} with me?
        {train:으로} 여행할 때 {item:은} 어디에 두어야 하나요?
        Where should I put {item:a} when travelling by {train}?
      `,
      tell: `
        {train}에는 {item:을} 실을 수 있습니다. {rule}.
        {item:a} is allowed on board the {train}. Just {rule}.
        {train} 승무원에게 알린 다음 {item:은} {rule}. 다른 손님에게 방해가 되지 않게 해 주십시오.
        Tell the crew of the {train}; as for the {item}, {rule}. Please do not get in the way of other passengers.
      `,
    },
    refund: {
      about: cross(tickets, cancellations),
      ask: `
        {ticket:을} {when} 취소하면 얼마를 돌려받을 수 있나요?
        How much do I get back if I cancel {ticket:a} {when}?
        {when} {ticket} 환불이 되는지 알고 싶습니다.
        I would like to know whether {ticket:a} can be refunded {when}.
      `,
      tell: `
        {ticket:을} {when} 반환하시면 {refund}.
        If you return {ticket:a} {when}, {refund}.
        {when}에 {ticket:을} 들고 창구에 오는 손님도 있습니다. 이 경우 {refund}.
        Some passengers come to the counter with {ticket:a} {when}. In that case {refund}.
      `,
    },
    discount: {
      about: cross(riders, trains),
      facts: [
        table(
          'cut',
          `
          십 퍼센트 = ten per cent
          이십 퍼센트 = twenty per cent
          삼십 퍼센트 = thirty per cent
          사십 퍼센트 = forty per cent
          절반 = half
          `,
        ),
      ],
      ask: `
        {rider:은} {train} 표를 싸게 살 수 있어요?
        Can {rider} buy cheaper tickets for {train:s}?
        {train} 요금에 {rider} 할인이 있습니까?
        Is there a reduction for {rider} on {train} fares?
        {train:을} 타는 {rider}에게는 어떤 혜택이 있나요?
        What benefit is there for {rider} riding {train:a}?
      `,
      tell: `
        {paper:을} 보여 주면 {rider:은} {train} 값에서 {cut:을} 할인받습니다.
        On showing {paper:a}, {rider} get {cut} off the price of {train:a}.
        {rider:이라면} {train} 운임을 {cut:이나} 아낄 수 있어요. 검표할 때 {paper:이} 필요합니다.
        The {train} takes {cut} off for {rider}. You will need {paper:a} when tickets are checked.
      `,
    },
    lost: {
      about: cross(losses, cities),
      facts: [
        table(
          'keeping',
          `
          일주일 = a week
          열흘 = ten days
          보름 = two weeks
          한 달 = a month
          석 달 = three months
          `,
        ),
      ],
      ask: `
        {city}행 기차에 {item:을} 두고 내렸어요. 찾을 수 있을까요?
        I left my {item} on the train to {city}. Can I get it back?
        {city} 가는 열차 안에서 {item:을} 잃어버렸습니다. 어디에 물어봐야 합니까?
        I lost my {item} on the train going to {city}. Where do I have to ask?
        {item:이} 없어졌는데 {city}역에 내린 다음에야 알았어요. 어떡하죠?
        My {item} is gone, and I only noticed after getting off in {city}. What shall I do?
      `,
      tell: `
        {city}역 유실물 센터는 승객이 놓고 간 {item:을} {keeping} 동안 보관합니다. 좌석 번호를 알려 주시면 빨리 찾습니다.
        The lost property office at {city} station keeps {item:a} that a passenger has forgotten for {keeping}. We find it faster with your seat number.
        청소 직원이 발견한 {item:은} {city}역 사무실에 모아 두어요. {keeping:이} 지나면 경찰서로 보냅니다.
        {item:a} found by the cleaners goes to the office of {city} station. After {keeping} such things are sent on to the police.
      `,
    },
    delay: {
      about: cross(cities, delays),
      ask: `
        {reason} 때문에 {city}행 열차가 늦나요?
        Is the train to {city} running late because of {reason}?
        {city:으로} 가는 기차가 {reason:으로} 얼마나 지연됩니까?
        How long is the delay to {city} caused by {reason}?
        {reason:이라는데} {city}에 제시간에 도착할 수 있을까요?
        They say there is {reason}; will I reach {city} on time?
      `,
      tell: `
        {reason}의 영향으로 {city} 방면은 예정보다 {extra} 늦게 도착하겠습니다. 불편을 드려 죄송합니다.
        Owing to {reason}, services towards {city} will arrive {extra} behind schedule. We apologise for the inconvenience.
        {city} 쪽은 {reason} 탓에 {extra} 정도 더 걸려요. 역에서 지연 증명서를 받아 가세요.
        Towards {city} it takes about {extra} longer on account of {reason}. Pick up a delay certificate at the station.
      `,
    },
    facility: {
      about: cross(facilities, cities.slice(0, 8)),
      facts: [corners],
      ask: `
        {city}역에서 {facility:은} 어디에 있어요?
        Where can I find the {facility} at {city} station?
        {city}역에 {facility:이} 있는지, 있다면 어느 쪽인지 알려 주세요.
        Please tell me whether {city} station has {facility:a}, and if so on which side.
      `,
      tell: `
        {city}역 {facility:은} {corner} 바로 옆에 있습니다.
        {city} station has its {facility} right beside {corner}.
        {corner:을} 지나면 바로 {city}역 {facility:이} 보여요. 밤늦게까지 이용할 수 있어요.
        Just past {corner} you will see the {facility} of {city} station. It can be used until late at night.
      `,
    },
    seat: {
      about: cross(seats, cities),
      ask: `
        {city} 가는 기차에서 {seat:을} 고르고 싶은데 어떻게 예약해요?
        How do I book {seat:a} on the train to {city}?
        {city}행 열차의 {seat:은} 어느 칸에 있습니까?
        In which part of the {city} train do I find {seat:a}?
      `,
      tell: `
        {city}행에서는 {car:이} {seat}입니다. 예매 화면의 좌석 그림에서 고르실 수 있습니다.
        On services to {city}, {car} is where to get {seat:a}. You can pick it on the seat map while buying.
        {seat:을} 원하면 {car:을} 선택하세요. {city} 노선은 인기가 많아 일찍 마감돼요.
        For {seat:a} choose {car}. The {city} line is popular and sells out early.
      `,
    },
  },
};
