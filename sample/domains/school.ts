import { cross, type Domain, table } from '../grammar.ts';
import { days, fees } from '../words.ts';

const subjects = table(
  'subject teacher',
  `
  수학 = maths / 김 선생님 = Ms Kim
  과학 = science / 박 선생님 = Mr Park
  국어 = Korean / 이 선생님 = Ms Lee
  영어 = English / 정 선생님 = Mr Jeong
  사회 = social studies / 최 선생님 = Ms Choi
  음악 = music / 윤 선생님 = Mr Yun
  미술 = art / 한 선생님 = Ms Han
  체육 = physical education / 오 선생님 = Mr Oh
  역사 = history / 조 선생님 = Ms Cho
  `,
);

const grades = table(
  'grade',
  `
  일 학년 = first grade
  이 학년 = second grade
  삼 학년 = third grade
  사 학년 = fourth grade
  오 학년 = fifth grade
  육 학년 = sixth grade
  `,
);

const tasks = table(
  'task hand',
  `
  독후감 = book report / 원고지에 손으로 써서 = written by hand on squared paper
  실험 보고서 = experiment report / 사진을 두 장 붙여서 = with two photographs attached
  그림일기 = picture diary / 공책째로 = inside the notebook
  조별 발표 자료 = slides for the group talk / 학급 누리집에 올려서 = by uploading it to the class website
  받아쓰기 연습 = spelling practice / 부모님 확인을 받아서 = signed by a parent
  식물 관찰 일지 = plant diary / 그래프를 그려서 = with a graph drawn in
  문제집 풀이 = workbook exercises / 틀린 것을 고쳐서 = with the mistakes corrected
  가족 신문 = family newspaper / 큰 종이에 만들어서 = on a single large sheet
  `,
);

const suited: Record<string, string[]> = {
  'book report': ['Korean', 'English', 'history', 'social studies'],
  'experiment report': ['science'],
  'picture diary': ['Korean', 'art'],
  'slides for the group talk': ['science', 'social studies', 'history', 'music'],
  'spelling practice': ['Korean', 'English'],
  'plant diary': ['science'],
  'workbook exercises': ['maths', 'science', 'English', 'Korean'],
  'family newspaper': ['social studies', 'Korean', 'art'],
};

const absences = table(
  'reason evidence',
  `
  감기 = a cold / 약 봉투 = the medicine bag
  독감 = the flu / 의사의 진단서 = a doctor's certificate
  가족 여행 = a family trip / 체험 학습 신청서 = the field study form
  할머니 장례식 = a grandmother's funeral / 부모의 편지 = a letter from the parents
  치과 치료 = dental treatment / 진료 확인서 = a note from the dentist
  이모 결혼식 = an aunt's wedding / 청첩장 = the wedding invitation
  다리 골절 = a broken leg / 병원 서류 = hospital papers
  국가대표 훈련 = training with the national team / 협회 공문 = a letter from the association
  `,
);

const trips = table(
  'trip bring',
  `
  동물원 = the zoo / 모자와 물통 = a hat and a water bottle
  과학관 = the science museum / 필기도구 = something to write with
  경주 유적지 = the ruins of Gyeongju / 갈아입을 옷 = a change of clothes
  수영장 = the swimming pool / 수건과 수영복 = a towel and swimwear
  목장 = the dairy farm / 장화 = rubber boots
  방송국 = the television station / 이름표 = a name tag
  숲 체험장 = the forest school / 긴소매 옷 = long sleeves
  국회 = parliament / 학생증 = the student card
  `,
);

const meals = table(
  'menu',
  `
  비빔밥과 미역국 = rice with vegetables and seaweed soup
  카레와 깍두기 = curry and radish kimchi
  돈가스와 샐러드 = pork cutlet and salad
  잔치국수와 만두 = noodle soup and dumplings
  생선구이와 된장국 = grilled fish and soybean soup
  닭볶음탕과 나물 = spicy chicken stew and greens
  떡국과 전 = rice cake soup and savoury pancakes
  `,
);

const diets = table(
  'diet swap',
  `
  달걀 알레르기가 있는 아이 = a child allergic to eggs / 두부 = tofu
  우유를 못 마시는 아이 = a child who cannot drink milk / 두유 = soy milk
  고기를 먹지 않는 아이 = a child who eats no meat / 콩 요리 = a bean dish
  땅콩 알레르기가 있는 아이 = a child allergic to peanuts / 과일 = fruit
  밀가루를 피하는 아이 = a child avoiding wheat / 쌀빵 = rice bread
  매운 것을 못 먹는 아이 = a child who cannot eat spicy food / 간장 양념 반찬 = a dish with soy sauce
  `,
);

const clubs = table(
  'club venue',
  `
  축구부 = football club / 운동장 = the playground
  합창부 = choir / 음악실 = the music room
  합창부 = choir / 강당 = the assembly hall
  과학 실험반 = science experiment club / 과학실 = the science room
  바둑반 = go club / 도서실 = the school library
  연극반 = drama club / 강당 = the assembly hall
  로봇 조립반 = robot building club / 컴퓨터실 = the computer room
  로봇 조립반 = robot building club / 과학실 = the science room
  독서 토론반 = book debate club / 도서실 = the school library
  사물놀이반 = percussion club / 음악실 = the music room
  사물놀이반 = percussion club / 운동장 = the playground
  뜨개질반 = knitting club / 미술실 = the art room
  `,
);

const venues = table(
  'venue',
  `
  운동장 = the playground
  음악실 = the music room
  과학실 = the science room
  강당 = the assembly hall
  도서실 = the school library
  컴퓨터실 = the computer room
  `,
);

const events = table(
  'event',
  `
  운동회 = sports day
  졸업식 = graduation ceremony
  입학식 = entrance ceremony
  학부모 상담 = parent-teacher meeting
  학예회 = school arts festival
  공개 수업 = open lesson
  알뜰 시장 = school flea market
  `,
);

const relatives = table(
  'guest',
  `
  조부모 = grandparents
  동생 = younger brothers and sisters
  이웃 = neighbours
  졸업생 = former pupils
  맞벌이 부모 = working parents
  외국인 학부모 = foreign parents
  `,
);

const lostThings = table(
  'thing',
  `
  실내화 주머니 = shoe bag
  체육복 = gym kit
  우산 = umbrella
  필통 = pencil case
  안경집 = glasses case
  도시락 가방 = lunch bag
  교과서 = textbook
  리코더 = recorder
  `,
);

const services = table(
  'service hour',
  `
  돌봄 교실 = after-school care / 저녁 일곱 시까지 = until seven in the evening
  보충 수업 = extra class / 방과 후 한 시간 동안 = for an hour after school
  통학 버스 = school bus / 아침 여덟 시부터 = from eight in the morning
  수영 강습 = swimming course / 화요일과 목요일에 = on Tuesdays and Thursdays
  주말 과학 교실 = weekend science class / 토요일 오전에 = on Saturday mornings
  방학 캠프 = holiday camp / 방학 첫 주에 = in the first week of the holidays
  아침 독서반 = morning reading class / 첫 수업 전 삼십 분 동안 = for half an hour before the first lesson
  `,
);

export const school: Domain = {
  name: 'school',
  topics: {
    homework: {
      about: cross(tasks, subjects, grades.slice(3)).filter(({ task, subject }) =>
        suited[task.en]?.includes(subject.en),
      ),
      facts: [days.slice(0, 5)],
      ask: `
        {grade} {subject} 숙제인 {task:은} 언제까지 내야 해요?
        By when must the {task} for {grade} {subject} be handed in?
        {grade} {subject} 시간에 나온 {task:을} 어떻게 제출합니까?
        How do we submit the {task} set in {grade} {subject}?
        {task:을} 깜빡했어요. {grade} {subject} 선생님께 늦게 내도 될까요?
        I forgot the {task}. May I give it to the {grade} {subject} teacher late?
      `,
      tell: `
        {teacher:은} {grade} {subject} {task:을} {day}까지 받습니다. 반드시 {hand} 내야 합니다.
        {teacher} accepts the {task} for {grade} {subject} until {day}. It must be handed in {hand}.
        {grade} {subject} 과제 안내예요. {task:은} {hand} 내고, 마감은 {day:이에요}. 하루 늦으면 점수가 깎여요.
        A note on {grade} {subject} homework: hand in the {task} {hand}, the deadline being {day}. A day late costs marks.
      `,
    },
    absence: {
      about: cross(absences, grades),
      ask: `
        {grade} 아이가 {reason} 때문에 결석하면 뭘 내야 하나요?
        What must be handed in if a child in {grade} is absent because of {reason}?
        {reason:으로} 학교를 쉬게 되었습니다. {grade} 출석은 어떻게 처리됩니까?
        We have to miss school owing to {reason}. How is attendance treated in {grade}?
      `,
      tell: `
        {grade} 담임에게 미리 전화하고, 돌아오는 날 {evidence:을} 가져옵니다. 그러면 {reason:은} 출석으로 인정됩니다.
        Ring the {grade} teacher beforehand and bring {evidence} on the day of return. Then {reason} does not count against you.
        {reason:이} 사유라면 {evidence:이} 필요해요. {grade} 교무실 앞 상자에 사흘 안에 넣어 주세요.
        If the reason is {reason}, we need {evidence}. Put it in the box outside the {grade} staff room within three days.
      `,
    },
    trip: {
      about: cross(trips, grades),
      facts: [days.slice(0, 5), fees.slice(2)],
      ask: `
        {grade} 현장 학습은 {trip:으로} 간다는데 뭘 챙겨야 해요?
        I hear {grade} is going on an outing to {trip}; what should be packed?
        {trip} 소풍 비용이 {grade:은} 얼마입니까?
        What does the trip to {trip} cost for {grade}?
      `,
      tell: `
        {grade:은} {day}에 버스로 {trip:을} 찾아갑니다. {bring:을} 가방에 넣어 주시고 참가비 {fee:을} 보내 주십시오.
        On {day} {grade} travels to {trip} by coach. Please put {bring} in the bag and send the fee of {fee}.
        참가비는 {fee:이고} 점심이 들어 있어요. {trip}에 가는 {grade} 학생은 {bring:을} 꼭 준비하세요.
        The fee is {fee} with lunch included. Pupils of {grade} going to {trip} must have {bring}.
      `,
    },
    meal: {
      about: cross(meals, diets),
      facts: [days.slice(0, 5)],
      ask: `
        급식에 {menu:이} 나오는 날 {diet:은} 뭘 먹나요?
        On the day of {menu}, what does {diet} eat at school?
        {diet:은} {menu:을} 먹어도 괜찮습니까?
        Can {diet} eat {menu}?
      `,
      tell: `
        {day} 점심은 {menu}입니다. 영양사는 {diet:을} 위해 {swap:을} 따로 준비합니다.
        {day} lunch is {menu}. The dietician makes {swap} separately for {diet}.
        식단표에 {menu:이} 있으면 미리 알려 주세요. {diet}에게는 {swap:으로} 바꿔 드려요.
        When {menu} is on the menu, let us know in time. For {diet} it is replaced with {swap}.
      `,
    },
    club: {
      about: cross(clubs, grades.slice(2)),
      facts: [days.slice(0, 5)],
      ask: `
        {grade} {club:은} 언제 {venue}에서 모여요?
        When does the {grade} {club} meet in {venue}?
        {grade} 아이가 {club}에 들고 싶어 합니다. {venue}에서 하는 것이 맞습니까?
        My child in {grade} wants to join the {club}. Is it right that it is held in {venue}?
      `,
      tell: `
        {grade} {club} 활동은 {day} 방과 후 {venue}에서 합니다. 신청서는 담임이 나누어 줍니다.
        The {grade} {club} is on {day} after school in {venue}. The class teacher gives out the forms.
        {day}에 {venue:으로} 오면 {grade} {club} 친구들을 만날 수 있어요. 처음 한 달은 구경만 해도 돼요.
        Come to {venue} on {day} and you will find the {grade} {club}. For the first month you may just watch.
      `,
    },
    event: {
      about: cross(events, relatives),
      facts: [days.slice(0, 6)],
      ask: `
        {event}에 {guest}도 와도 되나요?
        May {guest} come to the {event} too?
        {event:은} 무슨 요일에 열립니까? {guest} 자리가 따로 있는지도 궁금합니다.
        On which day is the {event}? I also wonder whether there are places for {guest}.
      `,
      tell: `
        {day}에 열리는 {event}에는 {guest:을} 위한 의자를 앞줄에 둡니다. 주차는 어려우니 걸어오십시오.
        At the {event} on {day}, chairs in the front row are kept for {guest}. Parking is hard, so please walk.
        {guest:은} {day}에 교문에서 이름표를 받으세요. {event:은} 두 시간쯤 이어져요.
        On {day}, {guest} collect a name tag at the gate. The {event} lasts about two hours.
      `,
    },
    lost: {
      about: cross(lostThings, venues),
      ask: `
        아이가 {venue}에서 {thing:을} 잃어버렸대요. 어디서 찾아요?
        My child lost {thing:a} in {venue}. Where can we look for it?
        {venue}에 두고 온 {thing:은} 누가 보관합니까?
        Who keeps {thing:a} left behind in {venue}?
      `,
      tell: `
        {venue}에서 나온 {thing:은} 현관 옆 나무 상자에 모읍니다. 금요일마다 주인 없는 것을 나누어 줍니다.
        {thing:a} from {venue} goes into the wooden chest by the front door. Every Friday what nobody claims is given away.
        당번 학생이 {venue:을} 돌아보고 {thing:을} 행정실에 맡겨요. 이름이 적혀 있으면 교실로 가져다줘요.
        The pupil on duty checks {venue} and leaves {thing:a} at the office. If there is a name on it, it is taken to the classroom.
      `,
    },
    service: {
      about: cross(services, grades),
      facts: [fees],
      ask: `
        {grade}도 {service:을} 이용할 수 있어요?
        Can {grade} use the {service} too?
        {service} 신청 방법을 {grade} 부모에게 알려 주십시오.
        Please tell parents of {grade} how to apply for the {service}.
      `,
      tell: `
        {service:은} {grade} 학생에게 {hour} 열려 있습니다. 이용료는 {fee}입니다.
        The {service} is open to pupils of {grade} {hour}. It costs {fee}.
        {hour} 하는 {service}에 자리가 남았어요. {grade} 부모님은 누리집에서 신청해 주세요.
        There is room left in the {service}, which runs {hour}. Parents of {grade}, please apply on the website.
      `,
    },
  },
};
