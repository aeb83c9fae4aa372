import { cross, type Domain, table } from '../grammar.ts';
import { closings, days, openings, places } from '../words.ts';

const things = table(
  'thing',
  `
  책 = books
  김치 = kimchi
  화장품 = cosmetics
  도자기 = pottery
  옷 = clothes
  마른미역 = dried seaweed
  장난감 = toys
  홍삼 = red ginseng
  사진 앨범 = a photo album
  서류 = documents
  `,
);

const countries = table(
  'country wait',
  `
  미국 = the United States / 일주일 = a week
  일본 = Japan / 사흘 = three days
  독일 = Germany / 열흘 = ten days
  캐나다 = Canada / 아흐레 = nine days
  베트남 = Vietnam / 닷새 = five days
  호주 = Australia / 여드레 = eight days
  브라질 = Brazil / 보름 = two weeks
  프랑스 = France / 열흘 = ten days
  `,
);

const services = table(
  'service',
  `
  등기 우편 = registered mail
  빠른우편 = express mail
  국제 특송 = international courier
  소포 = parcel post
  선박 우편 = sea mail
  항공 우편 = air mail
  택배 = home delivery
  `,
);

const wraps = table(
  'fragile wrap',
  `
  유리병 = a glass bottle / 뽁뽁이로 세 겹 감습니다 = wind three layers of bubble wrap round it
  도자기 = pottery / 빈 곳을 신문지로 빽빽하게 채웁니다 = fill every gap tightly with newspaper
  액자 = a picture frame / 모서리마다 두꺼운 종이를 덧댑니다 = put thick paper on each corner
  케이크 = a cake / 얼음주머니와 함께 스티로폼 상자에 넣습니다 = put it in a foam box with ice packs
  노트북 = a laptop / 전원을 끄고 상자를 두 겹으로 씁니다 = switch it off and use two boxes
  생선 = fish / 물이 새지 않게 비닐로 밀봉합니다 = seal it in plastic so that no water leaks
  꽃다발 = a bouquet / 줄기를 젖은 솜으로 감쌉니다 = wrap the stems in wet cotton
  기타 = a guitar / 줄을 느슨하게 풀고 목을 받칩니다 = loosen the strings and support the neck
  `,
);

const receivers = table(
  'receiver',
  `
  할머니 = grandmother
  군대 간 아들 = a son in the army
  회사 선배 = a senior colleague
  시골 친구 = a friend in the countryside
  유학 간 딸 = a daughter studying abroad
  기숙사 후배 = a younger student in the dormitory
  `,
);

const mishaps = table(
  'mishap step',
  `
  젖은 채로 왔어요 = it arrived wet / 상자를 버리지 말고 사진과 함께 신고합니다 = keep the box and report it with photographs
  상자가 찌그러져 있어요 = the box is crushed / 물건을 확인하고 배달원의 확인서를 받습니다 = check the contents and get a note from the carrier
  내용물이 빠져 있어요 = something is missing inside / 무게 기록을 우체국에 요청합니다 = ask the post office for the record of its weight
  다른 사람 것이 왔어요 = someone else's came / 뜯지 말고 문 앞 반송함에 둡니다 = leave it unopened in the return box
  아직 안 왔어요 = it has not come yet / 번호로 위치를 조회합니다 = look up where it is by the number
  다른 집에 배달됐어요 = it was delivered to another house / 집배원에게 연락해 되찾습니다 = contact the postman to get it back
  주소가 지워졌어요 = the address has worn off / 보낸 사람에게 새 송장을 부탁합니다 = ask the sender for a new label
  `,
);

const items = table(
  'item',
  `
  생일 선물 = birthday present
  연하장 = New Year's card
  청첩장 = wedding invitation
  주문한 책 = ordered book
  운전면허증 = driving licence
  약 = packet of medicine
  합격 통지서 = letter of acceptance
  쌀 한 포대 = sack of rice
  `,
);

const letters = /card|invitation|licence|letter/;

const absences = table(
  'absence option',
  `
  집을 비울 때 = when nobody is at home / 경비실에 맡겨 달라고 신청할 수 있습니다 = you can ask for it to be left at the porter's lodge
  여행하는 동안 = during a trip / 돌아올 때까지 보관을 부탁할 수 있습니다 = you can ask for it to be kept until you return
  이사한 뒤 = after moving house / 석 달 동안 새 주소로 돌려보내 줍니다 = it is forwarded to the new address for three months
  병원에 입원했을 때 = while in hospital / 가족이 대신 받게 할 수 있습니다 = a relative can receive it for you
  밤늦게 퇴근할 때 = when working late / 무인 보관함을 쓸 수 있습니다 = you can use an automatic locker
  휴가철 = in the holiday season / 이웃집을 배달 장소로 정할 수 있습니다 = you can name a neighbour's house for delivery
  `,
);

const stamps = table(
  'stamp',
  `
  한국의 꽃 = Korean flowers
  전통 악기 = traditional instruments
  고궁 = old palaces
  바다거북 = sea turtles
  우주 탐사 = space travel
  겨울 스포츠 = winter sports
  전래 동화 = folk tales
  독도의 새 = birds of the islands
  `,
);

const formats = table(
  'format price',
  `
  낱장 우표 = single stamp / 5백 원 = 500 won
  기념 전지 = commemorative sheet / 8천 원 = 8,000 won
  우표첩 = stamp album / 2만 5천 원 = 25,000 won
  그림엽서 = picture postcard / 천 5백 원 = 1,500 won
  초일 봉투 = first-day cover / 2천 원 = 2,000 won
  `,
);

const sizes = table(
  'size limit fee',
  `
  규격 봉투 = standard envelope / 오십 그램 = fifty grams / 2천 원 = 2,000 won
  큰 서류 봉투 = large document envelope / 이백 그램 = two hundred grams / 3천 원 = 3,000 won
  가장 작은 상자 = smallest box / 이 킬로 = two kilos / 5천 원 = 5,000 won
  중간 상자 = medium box / 십 킬로 = ten kilos / 9천 원 = 9,000 won
  가장 큰 상자 = largest box / 삼십 킬로 = thirty kilos / 만 5천 원 = 15,000 won
  긴 원통 = long tube / 오 킬로 = five kilos / 6천 원 = 6,000 won
  `,
);

const errands = table(
  'errand proof',
  `
  보험 가입 = taking out insurance / 신분증과 통장 = an identity card and a bankbook
  공과금 납부 = paying bills / 고지서 = the bill itself
  소포 상자 구입 = buying parcel boxes / 잔돈 = small change
  팩스 보내기 = sending a fax / 받는 곳의 번호 = the number of the receiver
  예금 찾기 = withdrawing savings / 도장 = a seal
  사서함 빌리기 = renting a post box / 신청서 = an application form
  `,
);
const windows = table(
  'window',
  `
  첫 번째 창구 = the first window
  두 번째 창구 = the second window
  안쪽 창구 = the window at the back
  금융 창구 = the finance window
  이 층 창구 = the window upstairs
  `,
);

export const post: Domain = {
  name: 'post',
  topics: {
    errand: {
      about: cross(errands, places),
      facts: [windows],
      ask: `
        {place} 우체국에서 {errand}도 할 수 있나요?
        Is {errand} possible at the post office {place} too?
        {errand:을} 하러 {place} 우체국에 가려고 합니다. 무엇이 필요합니까?
        I am going to the post office {place} for {errand}. What do I need?
      `,
      tell: `
        {place} 우체국은 {window}에서 {errand} 업무를 봅니다. {proof:을} 준비해 주십시오.
        The post office {place} deals with {errand} at {window}. Please have {proof} ready.
        {proof:을} 들고 {window:으로} 가세요. {place} 우체국 직원이 {errand:을} 도와드려요.
        Take {proof} to {window}. Staff of the post office {place} will help with {errand}.
      `,
    },
    abroad: {
      about: cross(things, countries),
      ask: `
        {country:으로} {thing:을} 부치려면 얼마나 걸려요?
        How long does it take to mail {thing} to {country}?
        {country}에 사는 친구에게 {thing:을} 보내고 싶습니다. 어떤 방법이 좋습니까?
        I would like to send {thing} to a friend who lives in {country}. What way is best?
      `,
      tell: `
        {country:으로} 가는 항공 소포는 {wait:이면} 도착합니다. {thing:은} 세관 신고서에 품목과 값을 적어야 합니다.
        An air parcel to {country} arrives in {wait}. For {thing}, state contents and value on the customs form.
        {thing:은} {country} 세관에서 열어 볼 수 있어요. 보통 {wait} 안에 받는 사람 손에 들어가요.
        Customs in {country} may open a box with {thing}. Usually it is in the receiver's hands within {wait}.
      `,
    },
    hours: {
      about: cross(places, days.slice(0, 6)),
      facts: [openings.slice(1, 4), closings.slice(0, 3)],
      ask: `
        {place} 우체국은 {day}에 몇 시에 닫아요?
        What time does the post office {place} close on {day}?
        {day}에 소포를 부치려면 {place} 우체국에 언제 가야 합니까?
        When should I go to the post office {place} to mail a parcel on {day}?
      `,
      tell: `
        {place} 우체국은 {day}에 {open}부터 {close}까지 우편물을 접수합니다.
        The post office {place} accepts mail on {day} from {open} until {close}.
        {day} 접수는 {close}에 끝나요. 늦었다면 {place} 우체국 앞 무인 기계를 쓰세요.
        Acceptance ends at {close} on {day}. If you are late, use the machine outside the post office {place}.
      `,
    },
    cost: {
      about: cross(services, sizes),
      ask: `
        {size:을} {service:으로} 보내면 요금이 얼마예요?
        How much is it to send the {size} by {service}?
        {service} 요금표를 보고 싶습니다. {size:은} 무게가 얼마까지 됩니까?
        I would like to see the rates for {service}. Up to what weight may the {size} go?
      `,
      tell: `
        {service:은} {size} 기준 {limit:을} 넘지 않으면 {fee}입니다. 초과하면 돈을 더 냅니다.
        By {service} the {size} costs {fee}, provided it is no more than {limit}. Beyond that you pay extra.
        {size}에는 {limit}까지 담을 수 있어요. {service:으로} 부치는 값은 {fee:이에요}.
        The {size} can hold {limit}. The price of mailing it by {service} is {fee}.
      `,
    },
    wrapping: {
      about: cross(wraps, receivers),
      ask: `
        {receiver}에게 {fragile:을} 보내는데 어떻게 포장해야 안 망가져요?
        I am sending {fragile} to {receiver}; how do I wrap it so that nothing breaks?
        {fragile:을} 우편으로 부쳐도 됩니까? {receiver}에게 선물하려고 합니다.
        Can {fragile} go by post? It is a gift for {receiver}.
      `,
      tell: `
        {fragile:은} {wrap}. {receiver} 앞으로 보내는 상자에는 취급 주의 스티커를 붙입니다.
        For {fragile}, {wrap}. Put a sticker saying handle with care on the box for {receiver}.
        우체국 직원은 {receiver}에게 가는 {fragile:을} 보면 이렇게 권합니다. 먼저 {wrap}.
        Postal staff who see {fragile} going to {receiver} recommend this: first {wrap}.
      `,
    },
    mishap: {
      about: cross(items, mishaps).filter(
        ({ item, mishap }) => !letters.test(item.en) || !/box|inside/.test(mishap.en),
      ),
      ask: `
        {item:이} 왔나 봤더니 {mishap}. 어디에 말해야 하나요?
        I looked for my {item} and {mishap}. Whom should I tell?
        {item} 배달에 문제가 생겼어요. {mishap}. 어떻게 처리하죠?
        There is a problem with the delivery of my {item}: {mishap}. What do I do?
      `,
      tell: `
        {item:을} 기다리다 이런 일을 겪으면 {step}. 사흘 안에 답을 드립니다.
        If this happens while you wait for your {item}, {step}. You will have an answer within three days.
        배달 사고는 보상받을 수 있습니다. {item:이라면} {step}.
        Accidents in delivery are compensated. In the case of your {item}, {step}.
      `,
    },
    absence: {
      about: cross(items, absences),
      ask: `
        {absence} {item:이} 오면 어떻게 받아요?
        How do I receive {item:a} that comes {absence}?
        {item:을} 기다리는 중입니다. {absence}에는 어디에 맡겨 주십니까?
        I am expecting {item:a}. Where will you leave it {absence}?
      `,
      tell: `
        {absence}에도 {item:은} 안전하게 전해집니다. {option}.
        Even {absence}, {item:a} is handed over safely. {option}.
        {item} 때문에 집에서 기다릴 필요는 없습니다. {absence}에는 {option}.
        There is no need to wait at home for {item:a}. {absence}, {option}.
      `,
    },
    stamp: {
      about: cross(stamps, formats),
      facts: [days.slice(0, 5)],
      ask: `
        {stamp:을} 그린 {format:은} 언제부터 살 수 있어요?
        From when can I buy {format:a} showing {stamp}?
        {stamp} 주제의 {format:을} 모으고 있습니다. 새로 나온 것이 있습니까?
        I collect {format:s} on the theme of {stamp}. Is there a new issue?
      `,
      tell: `
        {stamp} 그림이 담긴 {format:은} {day}에 전국 우체국에서 {price}에 나옵니다.
        {format:a} with {stamp} comes out on {day} at every post office for {price}.
        수집가라면 {day} 아침에 서두르세요. {stamp} 도안의 {format:은} 한 사람에 두 개만 팔아요.
        Collectors should hurry on {day} morning. Only two {format:s} with the design of {stamp} are sold to each person.
      `,
    },
  },
};
