import { cross, type Domain, table } from '../grammar.ts';
import { waits } from '../words.ts';

const goods = table(
  'good',
  `
  운동화 = pair of trainers
  겨울 외투 = winter coat
  청소기 = vacuum cleaner
  커피 머신 = coffee machine
  책상 의자 = desk chair
  블루투스 스피커 = wireless speaker
  등산 배낭 = hiking rucksack
  밥솥 = rice cooker
  손목시계 = wristwatch ~ wristwatches
  이불 세트 = set of bedding
  `,
);

const regrets = table(
  'regret answer',
  `
  색이 마음에 안 들면 = I do not like the colour / 이레 안에 새것 상태로 돌려보내면 됩니다 = send it back as new within seven days
  크기가 맞지 않으면 = it is the wrong size / 다른 크기로 한 번 무료로 바꿔 드립니다 = it is exchanged once for another size free of charge
  흠집이 있으면 = it is scratched / 사진을 보내면 새 제품을 드립니다 = send a photograph and you get a new one
  설명과 다르면 = it differs from the description / 배송비까지 모두 돌려드립니다 = everything is paid back, delivery included
  상자를 뜯었으면 = I have opened the box / 쓰지 않았다면 반품을 받아 드립니다 = it is taken back as long as it is unused
  마음이 바뀌면 = I change my mind / 왕복 배송비를 내고 반품할 수 있습니다 = you can return it by paying postage both ways
  부품이 빠졌으면 = a part is missing / 빠진 것만 다음 날 보내 드립니다 = we send just that part the next day
  `,
);

const regions = table(
  'region',
  `
  서울 시내 = within Seoul
  제주도 = to Jeju island
  섬 지역 = to the small islands
  산골 마을 = to mountain villages
  군부대 = to an army base
  대학 기숙사 = to a university dormitory
  해외 = abroad
  `,
);

const surcharges = table(
  'surcharge',
  `
  무료입니다 = is free
  3천 원이 붙습니다 = costs 3,000 won
  5천 원이 붙습니다 = costs 5,000 won
  8천 원이 붙습니다 = costs 8,000 won
  만 2천 원이 붙습니다 = costs 12,000 won
  `,
);

const payments = table(
  'payment',
  `
  신용 카드 = credit card
  계좌 이체 = bank transfer
  휴대 전화 결제 = mobile phone
  상품권 = gift voucher
  적립금 = loyalty points
  할부 결제 = instalments
  해외 카드 = foreign card
  `,
);

const failures = table(
  'failure remedy',
  `
  오류가 나요 = gives an error / 브라우저를 바꾸거나 방문 기록을 지웁니다 = change the browser or clear its history
  두 번 빠져나갔어요 = was taken twice / 하나는 사흘 안에 자동으로 취소됩니다 = one is cancelled automatically within three days
  한도가 넘었대요 = is said to be over the limit / 금액을 나누어 두 번에 결제합니다 = split the amount into two payments
  인증이 안 돼요 = fails to verify me / 본인 이름의 번호인지 확인합니다 = check that the number is in your own name
  영수증이 안 보여요 = shows no receipt / 주문 내역에서 인쇄를 누릅니다 = press print in the order history
  취소가 안 돼요 = cannot be cancelled / 판매자에게 직접 요청합니다 = ask the seller directly
  `,
);

const statuses = table(
  'status meaning',
  `
  결제 완료 = paid / 판매자가 아직 주문을 확인하지 않은 상태입니다 = the seller has not yet looked at the order
  상품 준비 중 = preparing / 창고에서 물건을 포장하고 있습니다 = the warehouse is packing the goods
  배송 중 = on the way / 트럭이 동네 집하장으로 가고 있습니다 = a truck is heading for the local depot
  배송 보류 = on hold / 주소를 다시 확인해야 합니다 = the address has to be checked again
  품절 취소 = cancelled as sold out / 돈은 카드로 돌아갑니다 = the money goes back to the card
  통관 중 = in customs / 세금을 내야 넘어갑니다 = it moves on once the tax is paid
  `,
);

const benefits = table(
  'benefit term',
  `
  생일 쿠폰 = birthday coupon / 생일 앞뒤로 보름 동안만 쓸 수 있습니다 = it can be used only for two weeks around the birthday
  첫 구매 쿠폰 = first purchase coupon / 가입한 날부터 한 달이 지나면 사라집니다 = it vanishes a month after joining
  무료 배송 쿠폰 = free delivery coupon / 가벼운 물건에만 적용됩니다 = it applies to light goods only
  적립금 = loyalty points / 일 년 안에 쓰지 않으면 없어집니다 = they lapse if not used within a year
  친구 추천 포인트 = friend referral points / 친구가 처음 산 다음 날 들어옵니다 = they arrive the day after the friend's first purchase
  앱 전용 할인 = app-only discount / 컴퓨터로 주문하면 빠집니다 = it is left out when ordering on a computer
  후기 보상 = review reward / 사진이 있는 글에 두 배로 줍니다 = it is double for a text with a photograph
  `,
);

const categories = table(
  'category',
  `
  화장품 = cosmetics
  책 = books
  신선 식품 = fresh food
  전자 제품 = electronics
  아기 옷 = baby clothes
  가구 = furniture
  스포츠용품 = sporting goods
  반려동물 사료 = pet food
  `,
);

const measures = table(
  'garment guide',
  `
  청바지 = jeans / 허리를 배꼽 아래에서 재십시오 = measure the waist below the navel
  셔츠 = a shirt / 목둘레에 손가락 두 개를 더하십시오 = add two fingers to the neck
  장갑 = gloves / 엄지를 빼고 손바닥 둘레를 재십시오 = measure round the palm without the thumb
  모자 = a hat / 귀 위로 머리둘레를 재십시오 = measure round the head above the ears
  반지 = a ring / 실을 감아 길이를 확인하십시오 = wind a thread round the finger and check its length
  등산화 = hiking boots / 두꺼운 양말을 신고 재십시오 = measure with thick socks on
  한복 = a hanbok / 어깨에서 발목까지 길이를 적으십시오 = note the length from shoulder to ankle
  `,
);

const wearers = table(
  'wearer whom',
  `
  아버지 = my father / 아버지 = your father
  초등학생 딸 = my daughter in primary school / 초등학생 딸 = your daughter in primary school
  임신한 아내 = my pregnant wife / 임신한 아내 = your pregnant wife
  키 큰 남동생 = my tall younger brother / 키 큰 남동생 = your tall younger brother
  할머니 = my grandmother / 할머니 = your grandmother
  군대 간 친구 = my friend in the army / 군대 간 친구 = your friend in the army
  `,
);

const orderChanges = table(
  'change until',
  `
  배송지 = delivery address / 포장이 끝나기 전까지 = until packing is finished
  색상 = colour / 결제하고 한 시간 안에 = within an hour of paying
  수량 = quantity / 상품 준비가 시작되기 전까지 = until preparation begins
  결제 방법 = way of paying / 같은 날 자정까지 = until midnight of the same day
  받는 사람 이름 = name of the receiver / 트럭에 싣기 전까지 = until it is loaded on the truck
  배송 날짜 = delivery date / 하루 전 정오까지 = until noon of the day before
  선물 포장 = gift wrapping / 주문한 날 저녁까지 = until the evening of the day you order
  `,
);

export const shopping: Domain = {
  name: 'shopping',
  topics: {
    return: {
      about: cross(goods, regrets),
      ask: `
        인터넷으로 산 {good}, {regret} 어떻게 해요?
        I bought {good:a} online; what if {regret}?
        {good:을} 주문했는데 {regret} 반품이 됩니까?
        I ordered {good:a}; can it go back if {regret}?
      `,
      tell: `
        {good:은} 이렇게 처리합니다. {answer}. 신청은 주문 내역에서 합니다.
        This is how we deal with {good:a}: {answer}. Apply in your order history.
        고객 센터에서 안내합니다. {good} 구매자는 걱정하지 마십시오. {answer}.
        A word from customer service to the buyer of {good:a}: do not worry, {answer}.
      `,
    },
    delivery: {
      about: cross(goods, regions),
      facts: [waits, surcharges],
      ask: `
        {region} 배송이면 {good:은} 며칠 걸리나요?
        How many days does {good:a} take when delivered {region}?
        {good:을} {region:으로} 받고 싶습니다. 배송비가 더 듭니까?
        I would like {good:a} sent {region}. Is delivery dearer?
      `,
      tell: `
        {region} 주문은 {good} 기준으로 {wait} 안에 도착하며 배송비는 {surcharge}.
        When {good:a} goes {region}, it arrives within {wait} and shipping {surcharge}.
        {good:은} 창고에서 나온 뒤 {wait:이} 걸려요. {region:이라면} 받는 사람 전화번호를 꼭 적어 주세요.
        From the warehouse, {good:a} takes {wait}. If it goes {region}, be sure to give the receiver's phone number.
      `,
    },
    payment: {
      about: cross(payments, failures),
      ask: `
        {payment:으로} 냈는데 {failure}. 어떻게 해야 해요?
        I paid by {payment} and it {failure}. What should I do?
        {payment} 결제가 {failure}. 도와주시겠습니까?
        My payment by {payment} {failure}. Could you help me?
      `,
      tell: `
        {payment} 이용 중 문제가 생기면 {remedy}. 그래도 안 되면 채팅으로 물어보십시오.
        If there is trouble in paying by {payment}, {remedy}. If that fails, ask us by chat.
        {payment} 문의가 요즘 많습니다. 대부분 {remedy}. 돈은 안전합니다.
        We get many questions about paying by {payment} lately. In most cases: {remedy}. Your money is safe.
      `,
    },
    status: {
      about: cross(statuses, goods.slice(0, 9)),
      ask: `
        주문한 {good} 상태가 계속 {status:이에요}. 무슨 뜻이에요?
        The {good} I ordered stays marked as "{status}". What does that mean?
        {good} 주문이 {status:이라고} 나옵니다. 언제 받을 수 있습니까?
        My order of {good:a} says "{status}". When can I have it?
      `,
      tell: `
        {good} 주문 화면의 {status} 표시는 이런 뜻입니다. {meaning}.
        The mark "{status}" on the order page of {good:a} has this meaning: {meaning}.
        {status} 단계에서는 {meaning}. {good:을} 기다리시는 동안 알림을 켜 두십시오.
        At the stage of "{status}", {meaning}. Leave alerts on while you wait for the {good}.
      `,
    },
    benefit: {
      about: cross(benefits, categories),
      ask: `
        {benefit:을} {category:을} 살 때도 쓸 수 있어요?
        Can I use the {benefit} when buying {category} too?
        {category} 살 때 {benefit:이} 안 보입니다. 조건이 무엇입니까?
        I cannot see the {benefit} when buying {category}. What are the conditions?
      `,
      tell: `
        {category} 매장에서도 {benefit:을} 받습니다. 다만 {term}.
        The {category} section accepts the {benefit} as well. However, {term}.
        {benefit:은} 장바구니 화면에서 고릅니다. {category:을} 담았더라도 {term}.
        You select the {benefit} on the basket page. Even with {category} in it, {term}.
      `,
    },
    size: {
      about: cross(measures, wearers),
      ask: `
        {wearer}한테 선물할 {garment} 치수를 어떻게 골라요?
        How do I choose the right size when giving {garment} to {wearer}?
        {wearer}에게 맞는 {garment:을} 인터넷에서 사려고 합니다. 어디를 재야 합니까?
        I want to buy {garment} online to fit {wearer}. Where do I measure?
      `,
      tell: `
        {garment:은} 회사마다 치수가 다릅니다. {wearer}에게 줄 것이라면 {guide}.
        With {garment}, sizes vary from brand to brand. If it is a present for {whom}, {guide}.
        {wearer}의 몸에 맞추려면 {guide}. {garment} 상세 페이지의 표와 견주어 보십시오.
        To suit {whom}, {guide}. Compare it with the table on the page for {garment}.
      `,
    },
    change: {
      about: cross(orderChanges, goods),
      ask: `
        {good:을} 이미 주문했는데 {change:을} 바꿀 수 있나요?
        I have already ordered {good:a}; can I change the {change}?
        {good} 주문서에 {change:을} 잘못 적었습니다. 고칠 수 있습니까?
        I put the wrong {change} on my order for {good:a}. Can it be corrected?
      `,
      tell: `
        {good} 주문의 {change:은} {until} 고객님이 직접 고칠 수 있습니다. 그 뒤에는 상담원이 도와드립니다.
        For {good:a}, you can correct the {change} yourself {until}. After that an agent helps.
        {until} 알려 주시면 {change} 변경이 가능해요. {good:이라도} 수수료는 없어요.
        The {change} can be altered {until}; just tell us. Even for {good:a} there is no charge.
      `,
    },
  },
};
