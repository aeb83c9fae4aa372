import { cross, type Domain, table } from '../grammar.ts';
import { minutes, places, waits } from '../words.ts';

const troubles = table(
  'fault cure',
  `
  화면이 깨졌어요 = the screen is cracked / 유리를 통째로 교체해야 합니다 = the whole glass has to be replaced
  전원이 꺼지지 않아요 = it will not switch off / 옆 단추 두 개를 십 초 동안 함께 누릅니다 = hold both side buttons for ten seconds
  충전이 안 돼요 = it does not charge / 충전 구멍의 먼지를 나무 이쑤시개로 빼냅니다 = pick the dust out of the charging port with a wooden toothpick
  소리가 안 나요 = there is no sound / 무음 스위치를 확인하고 다시 켭니다 = check the silent switch and restart it
  배터리가 금방 닳아요 = the battery runs down fast / 화면 밝기를 낮추고 위치 기능을 끕니다 = turn down the brightness and switch off location
  물에 빠졌어요 = it fell into water / 전원을 끄고 하루 동안 말립니다 = switch it off and let it dry for a day
  너무 뜨거워요 = it gets far too hot / 덮개를 벗기고 게임을 닫습니다 = take off the case and close the games
  인터넷이 느려요 = the internet is slow / 비행기 모드를 켰다가 끕니다 = turn airplane mode on and off
  `,
);

const owners = table(
  'owner',
  `
  제 휴대 전화 = my mobile phone
  아버지 전화기 = my father's phone
  아이 스마트폰 = my child's smartphone
  할머니 폴더폰 = my grandmother's flip phone
  회사 태블릿 = the company tablet
  새로 산 스마트폰 = my newly bought smartphone
  중고 휴대 전화 = my second-hand phone
  `,
).map(({ owner }) => ({
  owner,
  device: {
    ko: owner.ko.replace('제 ', ''),
    en: owner.en.replace(/^my (?!c|f|g)/, 'the ').replace(/^my/, 'your'),
    plural: '',
  },
}));

const plans = cross(
  table(
    'plan',
    `
    청소년 요금제 = teenager plan
    어르신 요금제 = senior plan
    무제한 요금제 = unlimited plan
    선불 요금제 = prepaid plan
    가족 결합 요금제 = family plan
    군인 요금제 = soldier plan
    유학생 요금제 = exchange student plan
    `,
  ),
  table(
    'part',
    `
    데이터 = data
    음성 통화 = voice calls
    문자 메시지 = text messages
    해외 로밍 = roaming abroad
    영상 통화 = video calls
    동영상 시청 = watching videos
    `,
  ),
);

const allowances = table(
  'allowance',
  `
  매달 넉넉하게 들어 있습니다 = get plenty every month
  하루 한 시간까지 무료입니다 = have up to an hour a day free
  따로 돈을 내야 합니다 = pay for this separately
  밤에만 무료입니다 = pay nothing at night
  절반 값으로 쓸 수 있습니다 = pay half the price
  제한 없이 쓸 수 있습니다 = have no limit
  `,
);

const moves = cross(
  table(
    'content',
    `
    사진 = photos
    연락처 = contacts
    문자 메시지 = text messages
    음악 파일 = music files
    메모 = notes
    일정 = calendar entries
    통화 녹음 = call recordings
    `,
  ),
  table(
    'target link',
    `
    새 전화기 = new phone / 무선 연결 = a wireless link
    컴퓨터 = computer / 충전 케이블 = the charging cable
    외장 하드 = external drive / 연결 젠더 = an adapter
    클라우드 저장소 = cloud storage / 집 와이파이 = the home network
    메모리 카드 = memory card / 파일 관리자 앱 = the file manager app
    아내의 태블릿 = wife's tablet / 공유 메뉴 = the share menu
    `,
  ),
);

const settings = table(
  'setting menu',
  `
  글자 크기 = text size / 화면 메뉴 = the display menu
  벨 소리 = ringtone / 소리 메뉴 = the sound menu
  배경 사진 = background picture / 테마 메뉴 = the theme menu
  알람 시간 = alarm time / 시계 앱 = the clock app
  잠금 비밀번호 = lock password / 보안 메뉴 = the security menu
  언어 = language / 일반 메뉴 = the general menu
  자판 배열 = keyboard layout / 입력 메뉴 = the input menu
  화면 밝기 = screen brightness / 화면 메뉴 = the display menu
  진동 세기 = vibration strength / 소리 메뉴 = the sound menu
  `,
);

const gadgets = table(
  'gadget',
  `
  스마트폰 = smartphone
  태블릿 = tablet
  손목시계형 기기 = smart watch
  어린이 전화기 = child's phone
  폴더폰 = flip phone
  차량용 화면 = car display
  `,
);

const unwanted = table(
  'nuisance',
  `
  광고 문자 = advertising messages
  스팸 전화 = spam calls
  게임 알림 = game alerts
  단체 대화방 알림 = group chat alerts
  뉴스 알림 = news alerts
  국제 전화 = international calls
  발신 번호 없는 전화 = calls without a number
  `,
);

const situations = table(
  'when',
  `
  회의할 때 = during meetings
  잠잘 때 = during sleep
  운전할 때 = while driving
  공부할 때 = while studying
  영화 볼 때 = while watching a film
  해외여행 할 때 = on trips abroad
  시험 볼 때 = during exams
  `,
);

const repairs = table(
  'fix',
  `
  액정 교체 = screen replacement
  배터리 교체 = battery replacement
  카메라 수리 = camera repair
  침수 수리 = water damage repair
  스피커 청소 = speaker cleaning
  자료 복구 = data recovery
  단추 수리 = button repair
  `,
);

const costs = table(
  'cost',
  `
  4만 원 = 40,000 won
  6만 원 = 60,000 won
  9만 원 = 90,000 won
  12만 원 = 120,000 won
  18만 원 = 180,000 won
  `,
);

const apps = table(
  'app',
  `
  지도 앱 = map app
  번역 앱 = translation app
  택시 앱 = taxi app
  은행 앱 = banking app
  날씨 앱 = weather app
  가계부 앱 = household budget app
  운동 기록 앱 = fitness app
  사진 편집 앱 = photo editing app
  `,
);

const appTroubles = table(
  'glitch step',
  `
  자꾸 꺼지는데 = keeps closing / 저장 공간을 비우고 전화기를 다시 켭니다 = free some storage and restart the phone
  로그인이 안 되는데 = does not let me log in / 비밀번호를 재설정합니다 = reset the password
  업데이트가 안 되는데 = will not update / 와이파이에 연결하고 배터리를 충전합니다 = join a wireless network and charge the battery
  위치를 못 찾는데 = cannot find my location / 위치 권한을 허용합니다 = allow access to location
  광고가 너무 많은데 = shows too many ads / 유료판으로 바꿉니다 = change to the paid version
  글자가 깨지는데 = shows broken letters / 언어 설정을 바꿉니다 = change the language setting
  `,
);

const lines = cross(
  table(
    'request proof',
    `
    번호 이동 = keeping the number with another company / 신분증 = an identity card
    명의 변경 = changing the name of the owner / 두 사람의 신분증 = the identity cards of both people
    새 번호 개통 = opening a new number / 신분증과 통장 사본 = an identity card and a copy of the bankbook
    요금제 변경 = changing the plan / 전화번호 뒷자리 = the last part of the phone number
    일시 정지 = pausing the line / 출국 항공권 = a plane ticket
    해지 = ending the contract / 마지막 청구서 = the last bill
    `,
  ),
  places,
);

export const phone: Domain = {
  name: 'phone',
  topics: {
    trouble: {
      about: cross(owners, troubles),
      ask: `
        {owner:이} 이상해요. {fault}. 고칠 수 있나요?
        Something is wrong with {owner}: {fault}. Can it be fixed?
        {fault}. {owner}, 어떻게 하면 좋을까요?
        What should I do with {owner}? {fault}.
      `,
      tell: `
        {device}에서 이런 증상이 나타나면 {cure}. 그래도 안 되면 수리점에 맡기십시오.
        If this happens with {device}, {cure}. If that fails, leave it with a repair shop.
        서비스 센터 기사의 말로는 먼저 {cure}. {device:이라면} 보증 기간도 확인할 필요가 있습니다.
        According to a technician, first {cure}. With {device}, check the warranty as well.
      `,
    },
    plan: {
      about: plans,
      facts: [allowances],
      ask: `
        {plan}에서 {part:은} 어떻게 되나요?
        What does the {plan} say about {part}?
        {part:을} 많이 쓰는데 {plan:이} 유리합니까?
        I make heavy use of {part}; is the {plan} good value?
      `,
      tell: `
        {plan} 가입자에게 {part:은} {allowance}.
        As to {part}, subscribers to the {plan} {allowance}.
        통신사 설명을 보면 {plan}의 {part:은} {allowance}. 약정은 이 년입니다.
        The company explains that with the {plan}, for {part}, you {allowance}. The contract runs for two years.
      `,
    },
    transfer: {
      about: moves,
      facts: [minutes],
      ask: `
        {content:을} 제 {target:으로} 어떻게 옮겨요?
        How do I move {content} to my {target}?
        전화기를 바꾸기 전에 {content:을} {target}에 백업하고 싶습니다.
        Before changing phones I want to back up {content} on my {target}.
      `,
      tell: `
        {content:은} {link:을} 쓰면 {target:으로} 쉽게 복사됩니다. 양이 많아도 {minutes:이면} 끝납니다.
        With {link}, {content} are easily copied to the {target}. Even large amounts are done in {minutes}.
        {link:을} 이용해서 {target:을} 고르세요. {content:을} 보내는 데 {minutes} 정도 걸려요.
        Use {link} and pick the {target}. Sending {content} takes about {minutes}.
      `,
    },
    setting: {
      about: cross(settings, gadgets),
      ask: `
        {gadget}에서 {setting:을} 바꾸려면 어디로 들어가요?
        Where do I go to change the {setting} on {gadget:a}?
        {gadget} {setting:이} 마음에 들지 않습니다. 어떻게 조절합니까?
        I don't like the {setting} of my {gadget}. How do I adjust it?
      `,
      tell: `
        {gadget:은} {menu}에서 {setting:을} 조정할 수 있습니다. 저장을 눌러야 적용됩니다.
        On {gadget:a} the {setting} can be altered in {menu}. It takes effect once you press save.
        {menu:을} 여세요. {gadget:이라면} 거기서 {setting:을} 새로 정할 수 있어요.
        Open {menu}. On {gadget:a}, that is where you choose a new {setting}.
      `,
    },
    block: {
      about: cross(unwanted, situations),
      ask: `
        {when} {nuisance:을} 안 받으려면 어떻게 해요?
        How can I avoid {nuisance} {when}?
        {when} 오는 {nuisance} 때문에 귀찮습니다. 차단할 수 있습니까?
        I am annoyed by {nuisance} {when}. Can they be blocked?
      `,
      tell: `
        방해 금지 기능을 켜면 {when} {nuisance:이} 조용히 쌓이기만 합니다. 가족 번호는 예외로 둘 수 있습니다.
        With do-not-disturb on, {nuisance} only pile up silently {when}. Family numbers can be an exception.
        {nuisance:을} 길게 눌러 막아 두세요. {when}만 자동으로 꺼지게 예약할 수도 있어요.
        Long-press {nuisance} and shut them out. You can also schedule this to happen only {when}.
      `,
    },
    repair: {
      about: cross(repairs, places),
      facts: [costs, waits.slice(0, 5)],
      ask: `
        {place} 수리점에서 {fix} 비용이 얼마예요?
        How much does {fix} cost at the repair shop {place}?
        {fix:을} {place} 서비스 센터에 맡기면 며칠 걸립니까?
        How many days does {fix} take at the service centre {place}?
      `,
      tell: `
        {place} 매장은 {fix}에 {cost:을} 받습니다. 부품이 있으면 {wait} 안에 찾아가실 수 있습니다.
        The shop {place} charges {cost} for {fix}. If the part is in stock you can collect it within {wait}.
        {fix:은} {wait}쯤 걸리고 값은 {cost:이에요}. {place} 센터는 임시 전화기도 빌려줘요.
        {fix} takes about {wait} and costs {cost}. The centre {place} even lends you a phone in the meantime.
      `,
    },
    app: {
      about: cross(apps, appTroubles),
      ask: `
        {app:이} {glitch} 왜 그럴까요?
        Why is it that the {app} {glitch}?
        쓰던 {app:이} {glitch} 해결 방법을 알려 주세요.
        The {app} I use {glitch}. Please tell me the solution.
      `,
      tell: `
        {app:이} 말썽이면 {step}. 대부분 이것으로 풀립니다.
        If the {app} causes trouble, {step}. In most cases that settles it.
        개발사는 {app} 이용자에게 이렇게 안내합니다. 먼저 {step}.
        The developer gives users of the {app} this advice. First {step}.
      `,
    },
    line: {
      about: lines,
      ask: `
        {place} 대리점에서 {request:을} 하려면 뭘 가져가야 해요?
        What do I have to take to the phone shop {place} for {request}?
        {request} 신청을 {place} 대리점에서도 받습니까?
        Does the phone shop {place} also handle {request}?
      `,
      tell: `
        {place} 대리점은 {request} 업무를 바로 처리합니다. {proof:을} 꼭 챙겨 오십시오.
        The phone shop {place} deals with {request} on the spot. Be sure to bring {proof}.
        {proof:이} 있으면 {request:은} 금방 끝나요. {place} 직원이 서류를 대신 써 줘요.
        Given {proof}, {request} is soon done. The clerk {place} fills in the form for you.
      `,
    },
  },
};
