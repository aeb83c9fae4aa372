import { cross, type Domain, table } from '../grammar.ts';
import { closings, days, openings, places } from '../words.ts';

const holdings = table(
  'item',
  `
  소설책 = novel
  그림책 = picture book
  만화책 = comic book
  요리책 = cookbook
  여행 안내서 = travel guide
  잡지 = magazine
  백과사전 = encyclopedia
  영화 디브이디 = film on disc ~ films on disc
  오디오북 = audiobook
  악보 = music score
  점자책 = Braille book
  `,
);

const readers = table(
  'reader',
  `
  초등학생 = primary school pupil
  대학생 = university student
  외국인 주민 = foreign resident
  어르신 = elderly reader
  직장인 = office worker
  유치원생 = kindergarten child ~ kindergarten children
  장애인 이용자 = disabled reader
  `,
);

const spans = table(
  'span',
  `
  사흘 = three days
  일주일 = a week
  열흘 = ten days
  이 주 = two weeks
  삼 주 = three weeks
  한 달 = a month
  `,
);

const rooms = table(
  'room',
  `
  열람실 = reading room
  어린이실 = children's room
  컴퓨터실 = computer room
  음악 감상실 = music listening room
  영화 감상실 = film room
  세미나실 = seminar room
  옥상 정원 = roof garden
  `,
);

const conducts = table(
  'act ruling',
  `
  음료를 마시는 것 = drinking / 뚜껑 있는 병이면 허용됩니다 = it is allowed from a bottle with a lid
  사진을 찍는 것 = taking photographs / 다른 사람이 나오지 않으면 괜찮습니다 = it is fine as long as nobody else is in the picture
  통화하는 것 = telephoning / 복도에 나가서 해야 합니다 = you have to step out into the corridor for it
  도시락을 먹는 것 = eating a packed lunch / 금지되어 있으니 매점 옆 식탁을 쓰십시오 = it is forbidden, so use the tables by the snack bar
  노트북을 쓰는 것 = using a laptop / 자판 소리가 나지 않게 덮개를 씌워야 합니다 = a cover must keep the keys quiet
  자리를 맡아 두는 것 = saving a seat / 삼십 분이 지나면 짐을 치웁니다 = belongings are removed after half an hour
  낮잠을 자는 것 = taking a nap / 코를 골지 않는 한 막지 않습니다 = nobody minds as long as you do not snore
  `,
);

const classes = table(
  'course',
  `
  독서 모임 = book club
  글쓰기 교실 = writing class
  외국어 회화반 = foreign language conversation class
  종이접기 교실 = paper folding class
  컴퓨터 교실 = computer class
  동화 구연 = story hour
  서예 교실 = calligraphy class
  작가와의 만남 = meeting with an author
  `,
);

const hosts = table(
  'host',
  `
  사서 = a librarian
  소설가 = a novelist
  퇴직 교사 = a retired teacher
  대학교수 = a university professor
  자원봉사자 = a volunteer
  시인 = a poet
  `,
);

const subjects = table(
  'subject shelf',
  `
  한국 역사 = Korean history / 이 층 계단 옆 서가 = the shelves by the stairs on the second floor
  우주 = space / 이 층 창가 서가 = the shelves at the window on the second floor
  공룡 = dinosaurs / 어린이실 둥근 서가 = the round shelves in the children's room
  요리 = cooking / 일 층 안쪽 서가 = the shelves at the back of the ground floor
  정원 가꾸기 = gardening / 일 층 입구 서가 = the shelves at the entrance on the ground floor
  경제 = economics / 삼 층 왼쪽 서가 = the shelves on the left of the third floor
  심리학 = psychology / 삼 층 오른쪽 서가 = the shelves on the right of the third floor
  세계 신화 = world myths / 이 층 가운데 서가 = the shelves in the middle of the second floor
  미술 = art / 지하 큰 책 서가 = the shelves for large books in the basement
  의학 = medicine / 삼 층 유리문 뒤 서가 = the shelves behind the glass door on the third floor
  `,
);

const formats = table(
  'format',
  `
  입문서 = a book for beginners
  큰 글자 책 = a large print book
  영어 원서 = a book in English
  최신 간행물 = the newest publication
  논문 = a research paper
  사진집 = a photo book
  `,
);

const mishaps = table(
  'mishap amends',
  `
  물에 젖은 = wet / 같은 책을 사서 가져오셔야 합니다 = you must buy and bring the same title
  표지가 찢어진 = torn at the cover / 테이프를 붙이지 말고 그대로 가져오십시오 = do not tape it but bring it as it is
  낙서가 있는 = scribbled on / 연필 자국이라면 지우개로 지워 주십시오 = if it is pencil, rub it out with an eraser
  잃어버린 = lost / 정가를 물어내셔야 합니다 = you have to pay the list price
  커피를 쏟은 = stained with coffee / 쪽이 들러붙기 전에 말려서 오십시오 = dry it before the pages stick together and come in
  강아지가 물어뜯은 = chewed by a puppy / 새 책값의 절반을 내셔야 합니다 = you have to pay half the price of a new copy
  `,
);

const devices = table(
  'device',
  `
  복사기 = photocopier
  스캐너 = scanner
  프린터 = printer
  돋보기 = magnifying glass ~ magnifying glasses
  노트북 = laptop
  헤드폰 = headset
  독서대 = book stand
  담요 = blanket
  `,
);

const desks = table(
  'desk',
  `
  일 층 안내 데스크 = the information desk on the ground floor
  이 층 자료실 = the reference room on the second floor
  지하 매점 = the snack bar in the basement
  삼 층 열람실 = the reading room on the third floor
  정문 경비실 = the porter's lodge at the main gate
  `,
);

const donors = table(
  'donation',
  `
  어린이 전집 = set of children's books
  대학 교재 = university textbook
  오래된 잡지 = old magazine
  외국어 사전 = foreign language dictionary
  손으로 쓴 일기 = handwritten diary
  만화 전집 = set of comics
  `,
);

export const library: Domain = {
  name: 'library',
  topics: {
    loan: {
      about: cross(holdings, readers),
      facts: [spans],
      ask: `
        {reader:은} {item:을} 며칠 동안 빌릴 수 있나요?
        For how many days can {reader:a} borrow {item:a}?
        {item} 대출 기간이 {reader}에게는 얼마나 됩니까?
        How long is the loan of {item:a} for {reader:a}?
      `,
      tell: `
        {reader} 회원증으로는 {item:을} {span} 동안 집에 가져갈 수 있습니다. 예약자가 없으면 한 번 연장됩니다.
        With the membership card for {reader:s}, {item:a} may be taken home for {span}. It is extended once if nobody has reserved it.
        {item:은} {span} 뒤에 돌려주세요. {reader:이라면} 집에서 전화로 기간을 늘릴 수도 있어요.
        Please return {item:a} after {span}. If you are {reader:a} you can also extend it by telephone from home.
      `,
    },
    hours: {
      about: cross(places, days),
      facts: [openings.slice(1, 4), closings],
      ask: `
        {place} 도서관은 {day}에 언제까지 열어요?
        Until when is the library {place} open on {day}?
        {day}에 {place} 도서관에서 공부하려는데 몇 시에 문을 엽니까?
        I want to study at the library {place} on {day}; at what time does it open?
        {place} 도서관이 {day}에 쉬는 날인지 궁금해요.
        I wonder whether the library {place} is closed on {day}.
      `,
      tell: `
        {place} 도서관은 {day}마다 {open}부터 {close}까지 이용하실 수 있습니다.
        The library {place} can be used every {day} from {open} to {close}.
        {day}에는 {close}에 불을 꺼요. {place} 도서관 앞 반납함은 밤새 열려 있어요.
        The lights go out at {close} on {day}. The return box outside the library {place} stays open all night.
      `,
    },
    conduct: {
      about: cross(rooms, conducts),
      ask: `
        {room}에서 {act:이} 허락되나요?
        Is {act} permitted in the {room}?
        {room} 이용 규칙이 궁금합니다. {act:은} 안 됩니까?
        I have a question about the rules of the {room}. Is {act} not all right?
      `,
      tell: `
        {room} 안에서 {act:을} 두고 자주 다툼이 생깁니다. 규칙에 따르면 {ruling}.
        In the {room}, {act} often leads to quarrels. By the rules {ruling}.
        {act}에 대한 안내입니다. {room} 이용자는 모두 지켜 주십시오. {ruling}.
        A notice about {act}. Everyone in the {room} is asked to comply: {ruling}.
      `,
    },
    course: {
      about: cross(classes, hosts).filter(({ course, host }) =>
        /author/.test(course.en)
          ? /novelist|poet/.test(host.en)
          : /book|writing|story/.test(course.en) || !/novelist|poet/.test(host.en),
      ),
      facts: [days],
      ask: `
        {host:이} 이끄는 {course}에 참가하려면 어떻게 신청해요?
        How do I sign up for the {course} led by {host}?
        도서관 {course:을} {host:이} 맡는다고 들었습니다. 언제 열립니까?
        I heard that {host} runs the {course} at the library. When does it take place?
      `,
      tell: `
        {course:은} {day} 저녁에 모입니다. {host:이} 진행하며 홈페이지에서 자리를 예약합니다.
        The {course} meets on {day} evenings. It is conducted by {host}, and places are booked on the website.
        {host:과} 함께하는 {course:은} {day}에 시작해요. 안내 데스크에 이름만 적으면 돼요.
        The {course} with {host} begins on {day}. Just write your name at the information desk.
      `,
    },
    shelf: {
      about: cross(subjects, formats),
      ask: `
        {subject}에 관한 {format:을} 찾고 있어요. 어디에 있나요?
        I am looking for {format} on {subject}. Where is it?
        {subject} 분야의 {format:이} 이 도서관에 있습니까?
        Does this library have {format} in the field of {subject}?
      `,
      tell: `
        {subject} 관련 자료는 {shelf}에 꽂혀 있습니다. {format:은} 파란 딱지로 표시했습니다.
        Material to do with {subject} stands on {shelf}. Look for the blue label that marks {format}.
        {shelf:을} 살펴보세요. {subject} 쪽은 {format}까지 골고루 갖추었어요.
        Have a look at {shelf}. For {subject} we have everything, even {format}.
      `,
    },
    damage: {
      about: cross(holdings, mishaps).filter(({ item }) => !/disc|audio/.test(item.en)),
      ask: `
        빌렸다가 {mishap} {item:은} 어떻게 변상하나요?
        How do I make up for a borrowed {item} that is {mishap}?
        {mishap} {item} 때문에 걱정입니다. 벌금이 있습니까?
        I am worried about {item:a} that is {mishap}. Is there a fine?
      `,
      tell: `
        {mishap} {item:은} 먼저 사서에게 알려 주십시오. 이런 경우 {amends}.
        First tell the librarian about {item:a} that is {mishap}. In such a case {amends}.
        실수는 누구나 합니다. {mishap} {item}의 경우 {amends}.
        Everyone makes mistakes. When {item:a} is {mishap}, {amends}.
      `,
    },
    device: {
      about: cross(devices, places),
      facts: [desks],
      ask: `
        {place} 도서관에서 {device:을} 쓸 수 있어요?
        Can I use {device:a} at the library {place}?
        {device:이} 필요한데 {place} 도서관에 준비되어 있습니까?
        I need {device:a}. Is there one at the library {place}?
      `,
      tell: `
        {place} 도서관은 방문객을 위해 {device:을} 두었습니다. {desk}에 문의하십시오.
        The library {place} keeps {device:a} for visitors. Enquire at {desk}.
        {desk}에 가면 직원이 {device} 사용법을 알려 줘요. {place} 도서관 회원은 돈을 내지 않아요.
        Go to {desk} and staff will show you how to work the {device}. Members of the library {place} pay nothing.
      `,
    },
    donation: {
      about: cross(donors, places),
      facts: [days],
      ask: `
        집에 있는 {donation:을} {place} 도서관에 기증할 수 있나요?
        Can I give {donation:a} from home to the library {place}?
        {place} 도서관은 {donation} 기부를 받습니까?
        Does the library {place} accept the gift of {donation:a}?
      `,
      tell: `
        상태가 깨끗한 {donation:은} {place} 도서관에서 기쁘게 받습니다. {day}에 가져오시면 됩니다.
        {donation:a} in clean condition is gladly received at the library {place}. Bring it on {day}.
        {place} 도서관의 기증 담당자는 {day}에 근무해요. {donation:을} 상자에 담아 오세요.
        The person in charge of gifts at the library {place} works on {day}. Bring {donation:a} in a box.
      `,
    },
  },
};
