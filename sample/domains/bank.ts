import { cross, type Domain, table } from '../grammar.ts';
import { closings, days, openings, places, waits } from '../words.ts';

const accounts = table(
  'account',
  `
  예금 통장 = savings account
  적금 통장 = instalment savings account
  주택 청약 통장 = housing savings account
  외화 통장 = foreign currency account
  급여 통장 = salary account
  공동 명의 통장 = joint account
  증권 계좌 = securities account
  `,
);

const customers = table(
  'customer paper',
  `
  외국인 = foreigners / 외국인 등록증 = residence card
  미성년자 = minors / 부모의 신분증 = parent's identity card
  유학생 = exchange students / 여권과 재학 증명서 = passport and proof of enrolment
  자영업자 = the self-employed / 사업자 등록증 = business certificate
  군인 = soldiers / 군인 신분증 = military card
  주부 = homemakers / 가족 관계 증명서 = family certificate
  퇴직자 = pensioners / 연금 증서 = pension certificate
  `,
);

const belongings = table(
  'thing',
  `
  신용 카드 = credit card
  체크 카드 = debit card
  교통 카드 = transport card
  통장 = bankbook
  도장 = seal
  보안 카드 = security card
  `,
);

const misfortunes = table(
  'where',
  `
  지하철 안 = on the underground
  택시 안 = in a taxi
  백화점 = in a department store
  시장 골목 = in a market lane
  여행지 = at my holiday resort
  등산로 = on a mountain path
  공항 = at the airport
  `,
);

const currencies = table(
  'money',
  `
  미국 달러 = US dollars
  일본 엔 = Japanese yen
  유로 = euros
  중국 위안 = Chinese yuan
  영국 파운드 = British pounds
  태국 밧 = Thai baht
  호주 달러 = Australian dollars
  `,
);

const counters = table(
  'counter',
  `
  공항 지점 = at the airport branch
  본점 = at the head office
  역 지점 = at the station branch
  시장 환전소 = at the exchange office in the market
  백화점 지점 = at the department store branch
  항구 지점 = at the harbour branch
  `,
);

const countries = table(
  'country',
  `
  미국 = the United States
  일본 = Japan
  중국 = China
  베트남 = Vietnam
  독일 = Germany
  호주 = Australia
  캐나다 = Canada
  영국 = Britain
  `,
);

const payments = table(
  'purpose',
  `
  유학비 = tuition fees
  생활비 = living expenses
  물품 대금 = payment for goods
  병원비 = money for a hospital bill
  결혼 축의금 = money for a wedding gift
  계약금 = a deposit on a contract
  `,
);

const loans = table(
  'loan',
  `
  전세 자금 대출 = rental deposit loan
  주택 담보 대출 = mortgage
  학자금 대출 = student loan
  자동차 대출 = car loan
  신용 대출 = personal loan
  사업자 대출 = business loan
  `,
);

const terms = table(
  'aspect answer',
  `
  금리 = the interest rate / 신용 점수에 따라 해마다 새로 정합니다 = it is set anew each year by your credit score
  한도 = the upper limit / 한 해 소득의 절반을 넘지 못합니다 = it cannot exceed half a year's income
  상환 기간 = the repayment period / 오 년에서 이십 년 사이에서 고를 수 있습니다 = you may choose between five and twenty years
  중도 상환 = early repayment / 삼 년이 지나면 위약금 없이 할 수 있습니다 = it carries no penalty once three years have passed
  심사 기간 = the time for approval / 서류를 모두 낸 날부터 이 주쯤 걸립니다 = it takes about two weeks from the day all papers are in
  보증인 = a guarantor / 직장이 확실하면 세우지 않아도 됩니다 = none is needed with a steady job
  연체 이자 = the penalty for late payment / 하루가 지날 때마다 조금씩 붙습니다 = a little is added for each day that passes
  `,
);

const machines = cross(
  table(
    'deal',
    `
    출금 = withdrawal
    이체 = transfer
    입금 = deposit
    `,
  ),
  table(
    'machine',
    `
    편의점 = at a convenience store
    지하철역 = in an underground station
    병원 로비 = in a hospital lobby
    고속도로 휴게소 = at motorway services
    공항 = at the airport
    대학교 식당 = in a university canteen
    `,
  ),
  table(
    'moment',
    `
    평일 낮 = on a weekday afternoon
    한밤중 = in the middle of the night
    주말 = at the weekend
    공휴일 = on a public holiday
    `,
  ),
);

const goals = cross(
  table(
    'goal',
    `
    유럽 여행 = a trip to Europe
    결혼식 = a wedding
    새 차 = a new car
    대학 등록금 = university fees
    노트북 = a laptop
    이사 = a move to a new flat
    피아노 = a piano
    가게 = a shop of my own
    `,
  ),
  table(
    'term',
    `
    반년 = half a year
    일 년 = one year
    이 년 = two years
    삼 년 = three years
    오 년 = five years
    `,
  ),
);

const frauds = cross(
  table(
    'sender',
    `
    은행 직원 = a bank clerk
    경찰 = the police
    검사 = a prosecutor
    택배 회사 = a parcel company
    아들 = my son
    세무서 = the tax office
    `,
  ),
  table(
    'secret',
    `
    비밀번호 = password
    계좌 번호 = account number
    신분증 사진 = photo of the identity card
    인증 번호 = verification code
    현금 = cash
    신용 카드 = credit card
    `,
  ),
);

const bills = cross(
  table(
    'bill',
    `
    전기 요금 = electricity bill
    가스 요금 = gas bill
    수도 요금 = water bill
    관리비 = maintenance fee
    휴대 전화 요금 = mobile phone bill
    보험료 = insurance premium
    학원비 = tutoring fee
    월세 = rent
    `,
  ),
  table(
    'date',
    `
    매달 첫째 날 = on the first day of every month
    월급날 = on payday
    매달 중순 = in the middle of every month
    매달 마지막 날 = on the last day of every month
    매달 둘째 월요일 = on the second Monday of every month
    `,
  ),
);

export const bank: Domain = {
  name: 'bank',
  topics: {
    account: {
      about: cross(accounts, customers),
      ask: `
        {customer}도 {account:을} 만들 수 있나요?
        Can {customer} open {account:a} too?
        {account} 개설에 {customer:은} 무엇을 준비해야 합니까?
        What do {customer} have to prepare for opening {account:a}?
      `,
      tell: `
        {account:은} {customer} 누구에게나 열려 있습니다. {paper:을} 들고 창구로 오시면 십 분 만에 끝납니다.
        {account:a} is available to all {customer}. Come to the counter with your {paper} and it is done in ten minutes.
        필요한 서류는 {paper:이에요}. 그것만 있으면 {customer}에게도 그날 바로 {account:을} 내드려요.
        The document required is your {paper}. With that alone, {customer} are given {account:a} the same day.
      `,
    },
    lost: {
      about: cross(belongings, misfortunes),
      facts: [waits],
      ask: `
        {where}에서 {thing:을} 잃어버렸어요. 당장 무엇을 해야 하나요?
        I lost my {thing} {where}. What must I do right away?
        {thing:이} 사라졌습니다. {where}에서 도둑맞은 것 같은데 누가 쓰지 못하게 막을 수 있습니까?
        My {thing} has vanished, stolen {where} I think. Can you keep anyone from using it?
      `,
      tell: `
        {where}에서 없어진 {thing:은} 전화로 바로 정지할 수 있습니다. 새것은 {wait} 뒤에 우편으로 받으십니다.
        {thing:a} missing {where} can be blocked at once by telephone. The new one reaches you by post after {wait}.
        분실 신고 전화는 밤에도 받아요. {where}에서 {thing:이} 없어졌다고 말하면 {wait} 안에 다시 발급해 드려요.
        The loss hotline answers at night too. Say that the {thing} went missing {where} and it will be reissued within {wait}.
      `,
    },
    hours: {
      about: cross(places, days.slice(0, 5)),
      facts: [openings.slice(2, 5), closings.slice(0, 3)],
      ask: `
        {place} 은행은 {day}에 몇 시까지 영업해요?
        Until what time does the bank {place} do business on {day}?
        {day}에 {place} 은행에 들르려는데 언제 문이 열려 있습니까?
        I mean to drop in at the bank {place} on {day}; when is it open?
      `,
      tell: `
        {place} 지점 창구는 {day}에 {open}에 시작하여 {close}에 닫습니다. 번호표를 뽑고 기다려 주십시오.
        The counters of the branch {place} start at {open} on {day} and close at {close}. Please take a number and wait.
        {day} 업무 시간은 {close}까지예요. {place} 지점은 현금 인출기만 늦게까지 켜 둬요.
        Business on {day} runs until {close}. The branch {place} leaves only its cash machines on later than that.
      `,
    },
    exchange: {
      about: cross(currencies, counters),
      facts: [
        table(
          'cut',
          `
          삼십 퍼센트 = thirty per cent
          절반 = half
          칠십 퍼센트 = seventy per cent
          구십 퍼센트 = ninety per cent
          `,
        ),
      ],
      ask: `
        {counter}에서 {money:을} 싸게 바꿀 수 있나요?
        Can I get {money} cheaply {counter}?
        {money} 환전을 {counter}에서 하면 수수료가 얼마나 듭니까?
        How much commission do I pay for {money} {counter}?
        출국 전에 {money:이} 필요해요. {counter:은} 환율이 괜찮은가요?
        I need {money} before I fly. Is the rate {counter} any good?
      `,
      tell: `
        {counter}에서는 {money} 수수료를 {cut} 깎아 줍니다. 앱으로 미리 신청하면 줄을 서지 않습니다.
        The commission on {money} is cut by {cut} {counter}. Order in the app and you need not queue.
        {money:은} {counter}에 늘 준비되어 있어요. 신분증을 보여 주면 수수료를 {cut} 할인해요.
        There is always a supply of {money} {counter}. On showing your identity card you get {cut} off the charge.
      `,
    },
    abroad: {
      about: cross(countries, payments),
      facts: [waits.slice(0, 5)],
      ask: `
        {country:으로} {purpose:을} 보내려면 얼마나 걸려요?
        How long does it take to send {purpose} to {country}?
        {country}에 {purpose:을} 송금하고 싶습니다. 절차를 알려 주세요.
        I want to remit {purpose} to {country}. Please explain the procedure.
      `,
      tell: `
        {purpose} 명목의 해외 송금은 {country}까지 {wait}쯤 걸립니다. 받는 은행의 주소와 계좌 번호가 필요합니다.
        A transfer abroad as {purpose} takes about {wait} to arrive in {country}. The address of the receiving bank and the account number are required.
        {country} 은행에 돈이 들어가기까지 {wait:을} 잡으세요. {purpose:이라는} 것을 보여 주는 서류도 함께 내야 해요.
        Allow {wait} for the money to reach a bank in {country}. You must also hand in proof that it is {purpose}.
      `,
    },
    loan: {
      about: cross(loans, terms),
      ask: `
        {loan:을} 받을 때 {aspect:은} 어떻게 되나요?
        What about {aspect} when taking out {loan:a}?
        {loan:을} 알아보는 중입니다. {aspect}에 대해 설명해 주시겠습니까?
        I am looking into {loan:a}. Could you explain {aspect}?
      `,
      tell: `
        고객님이 문의하신 {loan} {aspect} 안내입니다. 저희 은행에서는 {answer}.
        Here is the information on {aspect} for {loan:a}. At our bank {answer}.
        {loan} 상품의 {aspect:은} 은행마다 다릅니다. 여기서는 {answer}.
        With {loan:a}, {aspect} differs from bank to bank. Here {answer}.
      `,
    },
    machine: {
      about: machines,
      facts: [
        table(
          'charge',
          `
          5백 원 = 500 won
          7백 원 = 700 won
          9백 원 = 900 won
          천 원 = 1,000 won
          천 3백 원 = 1,300 won
          `,
        ),
      ],
      ask: `
        {moment}에 {machine} 현금 인출기로 {deal:을} 하면 수수료가 붙나요?
        Is there a charge for {deal:a} from a cash machine {machine} {moment}?
        {machine}에 있는 기계에서 {moment}에도 {deal:이} 됩니까?
        Can I make {deal:a} {moment} from the machine {machine}?
      `,
      tell: `
        {moment} {machine} 기기의 {deal} 수수료는 한 번에 {charge}입니다. 우리 은행 카드는 면제됩니다.
        For each {deal} {moment}, the machine {machine} takes {charge}. Cards of our own bank are exempt.
        {deal:은} {moment}에도 가능해요. 다만 {machine} 기계는 다른 회사가 운영해서 {charge:을} 받아요.
        {deal:a} is possible {moment} too. However, the device {machine} is run by another firm, which takes {charge}.
      `,
    },
    goal: {
      about: goals,
      facts: [
        table(
          'monthly',
          `
          10만 원 = 100,000 won
          15만 원 = 150,000 won
          20만 원 = 200,000 won
          30만 원 = 300,000 won
          45만 원 = 450,000 won
          `,
        ),
      ],
      ask: `
        {term} 안에 {goal} 비용을 모으려면 매달 얼마씩 저축해야 할까요?
        How much should I save a month to pay for {goal} within {term}?
        {goal:을} 위해 {term} 동안 돈을 모으고 싶은데 좋은 방법이 있습니까?
        I want to put money aside for {goal} over {term}. Is there a good way?
      `,
      tell: `
        {goal:이} 목표라면 {term}짜리 적금에 달마다 {monthly}씩 넣는 것이 좋습니다. 자동 이체를 걸어 두면 잊지 않습니다.
        If the target is {goal}, it is best to pay {monthly} each month into instalment savings of {term}. With a standing order you will not forget.
        월급에서 {monthly:을} 먼저 떼어 두세요. {term:이} 지나면 {goal} 자금이 마련돼요.
        Take {monthly} out of your pay first. After {term} the money for {goal} is there.
      `,
    },
    fraud: {
      about: frauds,
      ask: `
        {sender:이라며} {secret:을} 보내라는 전화를 받았는데 믿어도 돼요?
        Someone on the phone said it was {sender} and asked for my {secret}; can I trust that?
        {sender:이라는} 문자가 와서 {secret:을} 요구합니다. 어떻게 대응해야 합니까?
        A text message claiming to be from {sender} demands my {secret}. How should I respond?
      `,
      tell: `
        진짜 {sender:이라면} 절대로 {secret:을} 달라고 하지 않습니다. 곧바로 끊고 은행에 신고하십시오.
        The real thing would never ask for your {secret}, not even {sender}. Hang up at once and report it to the bank.
        {sender:을} 사칭한 사기일 가능성이 커요. {secret:을} 이미 넘겼다면 계좌부터 막으세요.
        It is very likely a fraud posing as {sender}. If you have already given away your {secret}, block your accounts first.
      `,
    },
    bill: {
      about: bills,
      ask: `
        {bill:이} {date}에 통장에서 저절로 빠져나가게 할 수 있어요?
        Can I have the {bill} taken from my account automatically {date}?
        {date}에 {bill} 자동 납부를 걸어 두고 싶습니다. 어디서 신청합니까?
        I would like to set up automatic payment of the {bill} {date}. Where do I apply?
      `,
      tell: `
        앱의 자동 이체 메뉴에서 {bill:을} 고르고 날짜를 {date:으로} 지정하면 됩니다. 잔액이 모자라면 다음 날 다시 출금합니다.
        In the app's standing order menu choose {bill} and set it to be paid {date}. If the balance is short, it is tried again the next day.
        {bill} 고지서를 창구에 가져오세요. {date}에 계좌에서 나가도록 등록해 드려요.
        Bring the {bill} notice to the counter. We will register it to leave your account {date}.
      `,
    },
  },
};
