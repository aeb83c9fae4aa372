import { cross, type Domain, table } from '../grammar.ts';
import { closings, days, fees, openings, places, waits } from '../words.ts';

const symptoms = table(
  'symptom clinic',
  `
  두통 = a headache / 신경과 = the neurology clinic
  기침 = a cough / 내과 = the general medicine clinic
  소화 불량 = indigestion / 내과 = the general medicine clinic
  피부 발진 = a skin rash / 피부과 = the skin clinic
  치통 = toothache / 치과 = the dental clinic
  허리 통증 = back pain / 정형외과 = the bone and joint clinic
  무릎 통증 = knee pain / 정형외과 = the bone and joint clinic
  귀 통증 = earache / 이비인후과 = the ear, nose and throat clinic
  코막힘 = a blocked nose / 이비인후과 = the ear, nose and throat clinic
  눈 충혈 = red eyes / 안과 = the eye clinic
  불면증 = insomnia / 정신과 = the mental health clinic
  어지럼증 = dizziness / 신경과 = the neurology clinic
  `,
);

const relatives = table(
  'who patient',
  `
  우리 아이 = my child / 자녀분 = your child
  어머니 = my mother / 어머님 = your mother
  아버지 = my father / 아버님 = your father
  할머니 = my grandmother / 할머님 = your grandmother
  남편 = my husband / 남편분 = your husband
  아내 = my wife / 아내분 = your wife
  `,
);

const medicines = table(
  'medicine',
  `
  감기약 = cold medicine
  두통약 = headache tablets
  소화제 = digestive tablets
  항생제 = antibiotics
  기침 시럽 = cough syrup
  알레르기 약 = allergy tablets
  혈압약 = blood pressure tablets
  철분제 = iron tablets
  비타민제 = vitamin tablets
  `,
);

const drinks = table(
  'drink',
  `
  커피 = coffee
  우유 = milk
  요구르트 = yogurt
  자몽 주스 = grapefruit juice
  녹차 = green tea
  홍삼 = red ginseng
  `,
);

const departments = table(
  'clinic',
  `
  내과 = general medicine clinic
  소아과 = children's clinic
  치과 = dental clinic
  안과 = eye clinic
  피부과 = skin clinic
  정형외과 = bone and joint clinic
  이비인후과 = ear, nose and throat clinic
  한의원 = Korean medicine clinic
  `,
);

const vaccines = table(
  'vaccine',
  `
  독감 = flu
  간염 = hepatitis
  파상풍 = tetanus
  대상포진 = shingles
  폐렴 = pneumonia
  홍역 = measles
  장티푸스 = typhoid
  `,
);

const groups = table(
  'group',
  `
  임산부 = pregnant women
  어르신 = elderly people
  대학생 = university students
  해외 여행자 = travellers abroad
  요리사 = cooks
  유치원 교사 = nursery teachers
  `,
);

const procedures = table(
  'procedure',
  `
  사랑니 발치 = wisdom tooth removal
  백내장 수술 = cataract surgery
  무릎 수술 = knee surgery
  맹장 수술 = appendix surgery
  점 제거 = mole removal
  손목 수술 = wrist surgery
  코 수술 = nose surgery
  발톱 치료 = toenail treatment
  `,
);

const activities = table(
  'activity',
  `
  샤워 = shower
  운동 = exercise
  운전 = drive
  출근 = go to work
  수영 = swim
  등산 = go hiking
  사우나 = take a sauna
  `,
);

const papers = table(
  'paper',
  `
  진단서 = medical certificate
  처방전 사본 = copy of the prescription
  진료비 영수증 = receipt for the treatment
  엑스레이 사진 = copy of the X-ray
  검사 결과지 = test report
  입원 확인서 = certificate of hospital stay
  예방 접종 증명서 = vaccination certificate
  `,
);

const receivers = table(
  'receiver',
  `
  보험 회사 = the insurance company
  회사 = the company
  학교 = the school
  옮길 병원 = the new hospital
  대사관 = the embassy
  수영장 = the swimming pool
  `,
);

const wards = table(
  'ward',
  `
  중환자실 = intensive care ward
  소아 병동 = children's ward
  산부인과 병동 = maternity ward
  외과 병동 = surgical ward
  내과 병동 = medical ward
  재활 병동 = rehabilitation ward
  `,
);

const exams = cross(
  table(
    'exam',
    `
    피검사 = blood test
    위내시경 = gastroscopy
    복부 초음파 = abdominal ultrasound
    소변 검사 = urine test
    심전도 검사 = heart trace
    혈압 측정 = blood pressure check
    `,
  ),
  table(
    'habit ban',
    `
    아침 식사 = eat breakfast / 여덟 시간 전부터 하지 말아야 합니다 = go without food for eight hours
    물 = drink water / 두 시간 전까지 조금만 드실 수 있습니다 = take no more than a sip until two hours before
    담배 = smoke / 전날 밤부터 피우지 말아야 합니다 = leave cigarettes alone from the night before
    커피 = drink coffee / 당일에는 마시지 말아야 합니다 = stay off caffeine on the day
    혈압약 = take blood pressure tablets / 물 한 모금과 함께 드셔도 됩니다 = swallow them with one sip of water
    운동 = exercise / 하루 전부터 쉬어야 합니다 = rest from the day before
    `,
  ),
);

const injuries = cross(
  table(
    'injury care',
    `
    화상 = a burn / 흐르는 찬물에 이십 분 동안 식힙니다 = cool it under cold running water for twenty minutes
    코피 = a nosebleed / 고개를 숙이고 콧등을 십 분쯤 누릅니다 = lean forward and press the bridge of the nose for ten minutes
    발목 부상 = a twisted ankle / 얼음을 대고 다리를 높이 올려 둡니다 = put ice on it and keep the leg raised
    벌에 쏘인 상처 = a bee sting / 카드로 침을 밀어 빼고 비누로 씻습니다 = push the sting out with a card and wash with soap
    베인 상처 = a cut / 깨끗한 거즈로 눌러 피를 멈춥니다 = press clean gauze on it to stop the blood
    물집 = a blister / 터뜨리지 말고 밴드를 붙입니다 = leave it unbroken and cover it with a plaster
    모기 물린 자국 = a mosquito bite / 긁지 말고 찬 수건을 올립니다 = lay a cold towel on it instead of scratching
    뱀에 물린 상처 = a snake bite / 움직이지 말고 구급차를 부릅니다 = keep still and call an ambulance
    `,
  ),
  table(
    'spot',
    `
    집 = at home
    산 = in the mountains
    학교 운동장 = in the school playground
    바닷가 = at the beach
    캠핑장 = at the campsite
    밭 = in the fields
    `,
  ),
).filter(({ injury, spot }) => injury.en !== 'a snake bite' || !/home|school|beach/.test(spot.en));

export const clinic: Domain = {
  name: 'clinic',
  topics: {
    department: {
      about: cross(symptoms, relatives),
      ask: `
        {who:이} {symptom:이} 심한데 어느 과로 가야 해요?
        {who} has {symptom}, quite badly; which department should we go to?
        {symptom:으로} 고생하는 {who:을} 어디에 데려가면 좋을까요?
        Where is the best place to take {who}, who is suffering from {symptom}?
        {who:이} 며칠째 {symptom:을} 호소합니다. 어떤 의사에게 보여야 합니까?
        {who} has complained of {symptom} for days. What kind of doctor should see this?
      `,
      tell: `
        {patient}의 {symptom:은} {clinic}에서 진찰합니다. 접수할 때 언제부터 아팠는지 말씀해 주세요.
        When {patient} has {symptom}, {clinic} will do the examination. At reception, say when it began.
        {clinic:으로} 오시면 됩니다. {patient}의 {symptom:이} 갑자기 나빠지면 응급실로 가십시오.
        Please come to {clinic}. Should {patient} suddenly get worse with {symptom}, go to the emergency room.
        {symptom}에는 {clinic} 진료가 알맞아요. {patient:이} 먹는 약 이름을 적어 오세요.
        For {symptom}, {clinic} is right. Bring a list of the medicines {patient} takes.
      `,
    },
    mixing: {
      about: cross(medicines, drinks),
      facts: [
        table(
          'gap',
          `
          한 시간 = an hour
          두 시간 = two hours
          세 시간 = three hours
          네 시간 = four hours
          반나절 = half a day
          `,
        ),
      ],
      ask: `
        {medicine:을} {drink:과} 함께 먹어도 되나요?
        Is it all right to take {medicine} together with {drink}?
        {drink:을} 마신 다음에 {medicine:을} 복용해도 괜찮습니까?
        Can I swallow {medicine} after drinking {drink}?
        {medicine} 먹는 동안 {drink}도 즐길 수 있어요?
        Can I still enjoy {drink} while I am on {medicine}?
      `,
      tell: `
        {drink:은} {medicine}의 흡수를 방해합니다. 적어도 {gap} 간격을 두십시오.
        The body absorbs {medicine} poorly with {drink}. Leave a gap of at least {gap}.
        약사들은 {medicine:을} 맹물과 삼키라고 권해요. {drink:은} {gap} 뒤에 드세요.
        Pharmacists advise plain water with {medicine}. Have your {drink} {gap} later.
      `,
    },
    hours: {
      about: cross(departments, days),
      facts: [openings, closings],
      ask: `
        {day}에도 {clinic:이} 문을 여나요?
        Is the {clinic} open on {day} as well?
        {day}에 {clinic} 진료는 몇 시부터 몇 시까지입니까?
        From when until when can I see a doctor at the {clinic} on {day}?
      `,
      tell: `
        {day} {clinic} 진료 시간은 {open}부터 {close}까지입니다. 점심시간에는 쉽니다.
        On {day} the {clinic} receives patients from {open} to {close}. It rests over lunch.
        {clinic:은} {day}에 {open}에 시작해서 {close}에 마감해요. 삼십 분 전까지 접수해 주세요.
        The {clinic} starts at {open} on {day} and finishes at {close}. Please register half an hour before that.
      `,
    },
    vaccine: {
      about: cross(vaccines, groups),
      facts: [
        table(
          'season',
          `
          봄 = in spring
          가을 = in autumn
          해마다 = every year
          오 년마다 = every five years
          십 년마다 = every ten years
          두 번 = twice
          `,
        ),
        table(
          'cost',
          `
          무료로 = free of charge
          절반 값에 = at half price
          2만 원에 = for 20,000 won
          4만 원에 = for 40,000 won
          `,
        ),
      ],
      ask: `
        {group}도 {vaccine} 예방 주사를 맞아야 하나요?
        Do {group} need the injection against {vaccine} too?
        {vaccine} 백신은 {group}에게 꼭 필요합니까?
        Is the {vaccine} vaccine really necessary for {group}?
      `,
      tell: `
        의사회는 {group}에게 {vaccine} 접종을 {season} 권합니다. 보건소에 가면 {cost} 해 줍니다.
        Doctors recommend that {group} be vaccinated against {vaccine} {season}. The public health centre does it {cost}.
        {vaccine:은} {group} 사이에서 쉽게 퍼지므로 {season} 접종하는 것이 안전하다. 가까운 의원에서도 {cost} 맞을 수 있다.
        Since {vaccine} spreads easily among {group}, a jab {season} is the safe course. Local surgeries offer it {cost}.
      `,
    },
    recovery: {
      about: cross(procedures, activities),
      facts: [waits],
      ask: `
        {procedure} 후 언제부터 {activity:을} 해도 되나요?
        When may I {activity} again after {procedure}?
        {procedure:을} 받았습니다. 며칠이나 지나야 {activity:이} 가능합니까?
        I have had {procedure}. How many days must pass before I can {activity}?
      `,
      tell: `
        {procedure} 환자는 {wait} 동안 무리하면 안 됩니다. 붓기가 가라앉은 뒤에 {activity:을} 시작하십시오.
        Patients must take it easy for {wait} following {procedure}. Only once the swelling is down should you {activity}.
        상처가 아무는 데 {wait:이} 걸려요. {procedure} 자리가 아프지 않으면 그때부터 {activity:은} 문제없어요.
        The wound takes {wait} to heal. If the site of the {procedure} no longer hurts, you are free to {activity} from then on.
      `,
    },
    paper: {
      about: cross(papers, receivers),
      facts: [fees],
      ask: `
        {receiver}에 낼 {paper:은} 어디서 떼나요?
        Where do I get {paper:a} to hand in to {receiver}?
        {receiver}에서 {paper:을} 가져오라고 합니다. 발급받으려면 얼마가 듭니까?
        {receiver} wants me to bring {paper:a}. How much does it cost to have one issued?
      `,
      tell: `
        {receiver} 제출용 {paper:은} 일 층 원무과에서 신분증을 확인하고 바로 내드립니다. 수수료는 {fee}입니다.
        {paper:a} meant for {receiver} is printed at once by the office on the ground floor against your identity card. The charge is {fee}.
        본인이 오기 어려우면 가족이 위임장을 들고 {paper:을} 신청할 수 있어요. {receiver}에 보내는 것은 한 부에 {fee:이에요}.
        If the patient cannot come, a relative with a signed letter may request {paper:a}. One for {receiver} costs {fee}.
      `,
    },
    visiting: {
      about: cross(wards, days),
      facts: [
        table(
          'visit',
          `
          오전 열 시부터 한 시간 = an hour from ten in the morning
          정오부터 삼십 분 = half an hour from noon
          오후 두 시부터 두 시간 = two hours from two in the afternoon
          저녁 여섯 시부터 한 시간 = an hour from six in the evening
          저녁 일곱 시부터 사십 분 = forty minutes from seven in the evening
          `,
        ),
      ],
      ask: `
        {day}에 {ward} 면회가 되나요?
        Can one visit the {ward} on {day}?
        {ward}에 입원한 친구를 {day}에 보러 가려는데 언제가 좋습니까?
        I want to see a friend in the {ward} on {day}; what time is good?
      `,
      tell: `
        {ward:은} {day}에 {visit} 동안만 방문객을 받습니다. 환자 한 명에 두 사람까지 들어갈 수 있습니다.
        On {day} the {ward} admits visitors only for {visit}. Two people per patient may enter.
        {day}에는 {visit} 열려 있어요. {ward}에 오실 때는 손을 씻고 마스크를 써 주세요.
        It is open on {day} for {visit}. Wash your hands and wear a mask when you come to the {ward}.
      `,
    },
    exam: {
      about: exams,
      ask: `
        {exam} 전에 {habit:을} 그대로 해도 되는지 궁금해요.
        I wonder whether I can {habit} as usual before the {exam}.
        내일 {exam:이} 있습니다. {habit:은} 괜찮습니까?
        I have my {exam} tomorrow. May I {habit}?
      `,
      tell: `
        정확한 {exam:을} 위해 {habit:은} {ban}.
        For an accurate {exam}, the rule for those who usually {habit} is to {ban}.
        {exam:을} 앞둔 분들이 {habit:을} 두고 자주 묻습니다. 예약하신 분은 {ban}.
        People facing {exam:a} often ask if they may {habit}. Anyone booked should {ban}.
      `,
    },
    firstaid: {
      about: injuries,
      ask: `
        {spot}에서 {injury:이} 생기면 어떻게 치료해요?
        How do I treat {injury} {spot}?
        {spot}에서 {injury} 때문에 당황했어요. 먼저 뭘 해야 하나요?
        I was at a loss with {injury} {spot}. What should be done first?
      `,
      tell: `
        {spot}에서 {injury} 처치는 이렇게 합니다. 우선 {care}. 낫지 않으면 병원에 갑니다.
        {injury} {spot} is handled like this. First {care}. If it does not get better, go to hospital.
        침착하게 대처하는 것이 중요합니다. {spot:이라도} {injury}에는 {care}.
        It is important to stay calm. Even {spot}, with {injury} you should {care}.
      `,
    },
    pharmacy: {
      about: cross(places, days),
      facts: [closings.slice(3)],
      ask: `
        {place} 약국은 {day}에 늦게까지 하나요?
        Does the pharmacy {place} stay open late on {day}?
        {day} 저녁에 약을 사야 하는데 {place}에 문 연 약국이 있습니까?
        I need medicine on {day} evening; is there an open chemist's {place}?
      `,
      tell: `
        {day}에 당번을 서는 곳은 {place}에 있는 약국입니다. {close}까지 약사가 자리를 지킵니다.
        The pharmacy on duty on {day} is the one {place}. A pharmacist is there until {close}.
        {place} 약국은 {day} 근무를 {close}에 마쳐요. 처방전을 꼭 가져오세요.
        The pharmacy {place} ends its {day} shift at {close}. Be sure to bring your prescription.
      `,
    },
  },
};
