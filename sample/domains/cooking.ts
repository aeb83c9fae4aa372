import { cross, type Domain, table } from '../grammar.ts';

const vegetables = table(
  'veg',
  `
  감자 = potato ~ potatoes
  고구마 = sweet potato ~ sweet potatoes
  양파 = onion
  당근 = carrot
  버섯 = mushroom
  오이 = cucumber
  토마토 = tomato ~ tomatoes
  애호박 = courgette
  가지 = aubergine
  파프리카 = sweet pepper
  콩나물 = bean sprout
  풋고추 = green chilli ~ green chillies
  `,
);

const stores = table(
  'store',
  `
  냉장고 = in the fridge
  김치냉장고 = in the kimchi fridge
  베란다 = on the balcony
  지하실 = in the cellar
  부엌 찬장 = in the kitchen cupboard
  `,
);

const browning = cross(
  table(
    'fruit',
    `
    감자 = potato ~ potatoes
    사과 = apple
    배 = pear
    바나나 = banana
    복숭아 = peach ~ peaches
    아보카도 = avocado
    가지 = aubergine
    연근 = lotus root
    `,
  ),
  table(
    'purpose',
    `
    샐러드 = the salad
    아이 도시락 = the child's lunch box
    손님상 = the guests' table
    아침 식사 = breakfast
    소풍 = the picnic
    `,
  ),
);

const soups = table(
  'dish',
  `
  김치찌개 = kimchi stew
  된장찌개 = soybean paste stew
  미역국 = seaweed soup
  소고기뭇국 = beef and radish soup
  닭백숙 = boiled chicken
  생선조림 = braised fish
  버섯전골 = mushroom hotpot
  호박죽 = pumpkin porridge
  카레 = curry
  `,
);

const substitutes = [
  ...cross(
    table(
      'lack other',
      `
      설탕 = sugar / 꿀 = honey
      버터 = butter / 식용유 = cooking oil
      우유 = milk / 두유 = soy milk
      밀가루 = wheat flour / 쌀가루 = rice flour
      생크림 = cream / 우유와 버터 = milk and butter
      달걀 = eggs / 으깬 바나나 = mashed banana
      `,
    ),
    table(
      'dish',
      `
      케이크 = cake
      쿠키 = cookies
      식빵 = bread
      팬케이크 = pancakes
      머핀 = muffins
      와플 = waffles
      `,
    ),
  ),
  ...cross(
    table(
      'lack other',
      `
      간장 = soy sauce / 소금 = salt
      참기름 = sesame oil / 들기름 = perilla oil
      양파 = onions / 대파 = leeks
      마늘 = garlic / 마늘 가루 = garlic powder
      돼지고기 = pork / 닭고기 = chicken
      당근 = carrots / 파프리카 = sweet peppers
      `,
    ),
    table(
      'dish',
      `
      볶음밥 = fried rice
      잡채 = glass noodles
      김치전 = kimchi pancakes
      만두 = dumplings
      볶음면 = fried noodles
      카레 = curry
      `,
    ),
  ),
];

const faults = table(
  'fault fix',
  `
  짜게 = salty / 물을 더 붓고 두부를 넣습니다 = pour in more water and add tofu
  맵게 = spicy / 설탕을 한 숟가락 넣습니다 = put in a spoonful of sugar
  싱겁게 = bland / 간장을 조금씩 더합니다 = add soy sauce a little at a time
  기름지게 = greasy / 식힌 뒤에 위에 뜬 기름을 걷어 냅니다 = let it cool and skim the fat off the top
  달게 = sweet / 식초를 몇 방울 떨어뜨립니다 = let a few drops of vinegar fall in
  묽게 = thin / 뚜껑을 열고 조금 더 졸입니다 = take the lid off and let it simmer a little more
  `,
);

const stains = table(
  'stain tool agent',
  `
  탄 자국 = burn marks / 냄비 = pot / 베이킹소다 = baking soda
  탄 자국 = burn marks / 프라이팬 = frying pan / 식초 = vinegar
  탄 자국 = burn marks / 주전자 = kettle / 사과 껍질 = apple peel
  기름때 = grease / 프라이팬 = frying pan / 밀가루 = flour
  기름때 = grease / 오븐 = oven / 베이킹소다 = baking soda
  기름때 = grease / 가스레인지 = gas stove / 소주 = soju
  기름때 = grease / 플라스틱 통 = plastic box / 설탕 = sugar
  생선 냄새 = the smell of fish / 도마 = chopping board / 소금 = salt
  생선 냄새 = the smell of fish / 칼 = knife / 레몬 = lemon
  생선 냄새 = the smell of fish / 프라이팬 = frying pan / 찻잎 = tea leaves
  마늘 냄새 = the smell of garlic / 도마 = chopping board / 레몬 = lemon
  마늘 냄새 = the smell of garlic / 칼 = knife / 우유 = milk
  김치 자국 = kimchi stains / 플라스틱 통 = plastic box / 햇볕 = sunlight
  김치 자국 = kimchi stains / 도마 = chopping board / 양파 = onion
  커피 얼룩 = coffee stains / 보온병 = flask / 달걀 껍데기 = eggshells
  커피 얼룩 = coffee stains / 컵 = cup / 소금 = salt
  녹 = rust / 칼 = knife / 감자 = potato
  녹 = rust / 냄비 = pot / 식초 = vinegar
  물때 = limescale / 주전자 = kettle / 식초 = vinegar
  물때 = limescale / 보온병 = flask / 베이킹소다 = baking soda
  물때 = limescale / 유리컵 = drinking glass / 레몬 = lemon
  `,
);

const baking = cross(
  table(
    'bake',
    `
    고구마 = sweet potatoes
    식빵 = bread
    쿠키 = cookies
    치즈케이크 = cheesecake
    닭다리 = chicken legs
    연어 = salmon
    피자 = pizza
    밤 = chestnuts
    `,
  ),
  table(
    'oven',
    `
    오븐 = in the oven
    에어프라이어 = in the air fryer
    미니 오븐 = in a small toaster oven
    캠핑용 화덕 = in a camping oven
    `,
  ),
);
const heats = table(
  'heat',
  `
  160도 = 160 degrees
  170도 = 170 degrees
  180도 = 180 degrees
  200도 = 200 degrees
  `,
);
const bakingTimes = table(
  'span',
  `
  십오 분 = fifteen minutes
  이십 분 = twenty minutes
  이십오 분 = twenty-five minutes
  삼십 분 = half an hour
  사십 분 = forty minutes
  `,
);

const frozen = cross(
  table(
    'food',
    `
    소고기 = beef
    돼지고기 = pork
    닭고기 = chicken
    오징어 = squid
    고등어 = mackerel
    새우 = shrimp
    어묵 = fish cake
    떡 = rice cake
    찬밥 = leftover rice
    식빵 = bread
    `,
  ),
  table(
    'deadline way',
    `
    저녁 식사 전까지 = before dinner / 아침에 냉장실로 옮겨 둡니다 = move it to the fridge in the morning
    한 시간 안에 = within an hour / 봉지째 찬물에 담급니다 = leave it in its bag in cold water
    내일 아침까지 = by tomorrow morning / 밤새 냉장고 아래 칸에 둡니다 = keep it overnight on the bottom shelf of the fridge
    지금 당장 = right now / 전자레인지의 해동 기능을 씁니다 = use the defrost setting of the microwave
    손님이 오기 전에 = before the guests arrive / 넓은 알루미늄 쟁반에 펼쳐 놓습니다 = spread it out on a wide aluminium tray
    `,
  ),
);

const choosing = cross(
  table(
    'fruit sign',
    `
    수박 = watermelon / 두드렸을 때 맑은 소리가 나는 것 = one that sounds clear when you knock on it
    참외 = yellow melon / 노란색이 진하고 줄이 또렷한 것 = one with a deep yellow skin and clear stripes
    사과 = apple / 꼭지가 푸르고 단단한 것 = one that is firm with a green stalk
    배 = pear / 크고 껍질이 매끈한 것 = one that is large with a smooth skin
    귤 = tangerine / 작고 껍질이 얇은 것 = one that is small with a thin skin
    복숭아 = peach ~ peaches / 향이 진하고 털이 고른 것 = one with a strong scent and an even down
    딸기 = strawberry / 꼭지까지 빨갛게 익은 것 = one that is ripe and red right up to the stalk
    포도 = bunch of grapes ~ grapes / 하얀 가루가 묻어 있는 것 = one covered with white bloom
    감 = persimmon / 잎이 붙어 있고 무거운 것 = one that is heavy and still has its leaf
    `,
  ),
  table(
    'shop',
    `
    시장 = at the market
    마트 = at the supermarket
    과일 가게 = at the fruit shop
    농장 직판장 = at the farm stall
    트럭 노점 = from a street truck
    `,
  ),
);

const portions = table(
  'crowd water',
  `
  두 사람 = two people / 물 세 컵 = three cups of water
  세 식구 = a family of three / 물 네 컵 반 = four and a half cups of water
  네 식구 = a family of four / 물 여섯 컵 = six cups of water
  손님 여섯 명 = six guests / 물 아홉 컵 = nine cups of water
  친구 여덟 명 = eight friends / 물 열두 컵 = twelve cups of water
  열 사람 = ten people / 물 열다섯 컵 = fifteen cups of water
  `,
);

export const cooking: Domain = {
  name: 'cooking',
  topics: {
    keep: {
      about: cross(vegetables, stores),
      facts: [
        table(
          'span',
          `
          사흘 = three days
          닷새 = five days
          일주일 = a week
          열흘 = ten days
          보름 = two weeks
          `,
        ),
      ],
      ask: `
        {veg:은} {store}에 두면 얼마나 오래 가나요?
        How long will {veg:s} last {store}?
        {store}에 보관한 {veg}, 며칠까지 먹어도 괜찮을까요?
        For how many days is it safe to eat {veg:s} kept {store}?
        {veg:을} {store}에 두고 먹으려는데 언제까지 싱싱할까요?
        I want to keep {veg:s} {store} and use them up slowly; until when will they be fresh?
      `,
      tell: `
        {store}에 넣어 둔 {veg:은} {span} 동안 맛이 변하지 않습니다. 물기를 닦고 신문지에 싸 두면 더 좋습니다.
        {veg:s} stored {store} do not lose their taste for {span}. It is even better to wipe them dry and wrap them in newspaper.
        보통 {span} 정도 지나면 {store}에서도 {veg:이} 시들기 시작해요. 그 전에 다 드세요.
        Even {store}, {veg:s} begin to wilt after about {span}. Finish them before then.
        {store}에서 {veg:을} 보관하는 기간은 {span} 정도가 알맞다. 싹이 나거나 물러지면 버려야 한다.
        About {span} is the right storage time for {veg:s} {store}. Once they sprout or go soft, throw them away.
      `,
    },
    browning: {
      about: browning,
      facts: [
        table(
          'bath',
          `
          소금물 = salt water
          설탕물 = sugar water
          식초를 탄 물 = water with a little vinegar
          레몬즙을 짜 넣은 물 = water with lemon juice
          꿀물 = honey water
          `,
        ),
      ],
      ask: `
        {purpose}에 쓸 {fruit}, 어떻게 하면 갈색으로 변하지 않게 보관할 수 있어요?
        How can I store {fruit:s} for {purpose} so that they don't turn brown?
        {fruit:을} 미리 썰어 {purpose}에 내고 싶은데 색이 변하는 걸 막는 방법이 있습니까?
        I'd like to slice {fruit:s} ahead of time for {purpose}. Is there a way to stop the colour from changing?
        {purpose} 준비로 깎아 둔 {fruit:이} 자꾸 까매져요. 좋은 수가 없을까요?
        The {fruit:s} I peel for {purpose} keep going dark. Is there a good trick?
      `,
      tell: `
        {purpose}에 올릴 {fruit:은} 깎자마자 {bath}에 담가 두세요. 공기와 닿지 않아 하얀 빛깔이 그대로 남아요.
        As soon as they are peeled, leave the {fruit:s} for {purpose} in {bath}. Kept away from the air, they stay pale.
        껍질을 벗긴 {fruit:을} {bath}에 오 분쯤 담갔다가 건지면 {purpose}에 쓸 때까지 제 색을 지킵니다.
        Soaked in {bath} for about five minutes and drained, peeled {fruit:s} hold their colour until they are needed for {purpose}.
        {fruit} 단면은 산소를 만나면 검게 된다. {purpose}용이라면 {bath}에 적신 뒤 랩으로 꼭 싸 두는 것이 좋다.
        The cut face of {fruit:s} darkens when it meets oxygen. If they are meant for {purpose}, wet them with {bath} and wrap them tightly in film.
      `,
    },
    portion: {
      about: cross(soups, portions),
      ask: `
        {crowd:이} 먹을 {dish:을} 끓이려면 물을 얼마나 부어야 하나요?
        How much water do I need to cook {dish} for {crowd}?
        {dish:을} {crowd} 몫으로 만들 때 국물 양을 어떻게 맞춥니까?
        How do I get the amount of broth right when making {dish} for {crowd}?
      `,
      tell: `
        {crowd:이} 함께 드실 {dish}에는 {water:이} 알맞습니다. 끓으면서 줄어드는 양까지 생각한 것입니다.
        {water} is right for {dish} shared by {crowd}. That already counts what boils away.
        {dish} 국물은 {crowd} 기준으로 {water:을} 잡으세요. 모자라면 나중에 더 넣어도 돼요.
        For the liquid of {dish}, reckon with {water} for {crowd}. If it runs short you can add some later.
      `,
    },
    substitute: {
      about: substitutes,
      ask: `
        {dish:을} 만드는데 {lack:이} 없으면 뭘로 대신할 수 있어요?
        What can I use instead if I'm making {dish} and have no {lack}?
        {lack} 없이 {dish:을} 만들고 싶습니다. 대체할 재료가 있습니까?
        I'd like to make {dish} without {lack}. Is there an ingredient to replace it?
        {dish:을} 하려는데 {lack:이} 다 떨어졌어요. 어쩌죠?
        I was about to make {dish} but I've run out of {lack}. What now?
      `,
      tell: `
        {dish}에는 {lack} 자리에 {other:을} 같은 양만큼 넣으면 됩니다. 맛은 조금 달라도 훌륭합니다.
        In {dish}, put in the same amount of {other} where the recipe says {lack}. It tastes a little different but still excellent.
        집에 {other:이} 있다면 걱정하지 마세요. {lack} 못지않게 {dish}에 잘 어울려요.
        Don't worry if there is {other} in the house. It suits {dish} no less than {lack}.
        요리사들은 {lack} 대용으로 {other:을} 자주 쓴다. {dish}처럼 간단한 음식이라면 차이를 느끼기 어렵다.
        Cooks often use {other} in place of {lack}. In something as simple as {dish} you will hardly notice.
      `,
    },
    rescue: {
      about: cross(soups, faults),
      ask: `
        {dish:이} 너무 {fault} 됐는데 살릴 방법이 있을까요?
        My {dish} has come out too {fault}; is there a way to save it?
        실수로 {dish:을} {fault} 만들었어요. 어떻게 고치죠?
        I made the {dish} too {fault} by mistake. How do I fix it?
        {dish} 맛이 지나치게 {fault} 느껴질 때는 어떻게 해야 합니까?
        What should one do when {dish} tastes far too {fault}?
      `,
      tell: `
        {dish:이} {fault} 끓여졌다면 이렇게 합니다. 먼저 불을 줄이고 {fix}.
        If the {dish} has turned out {fault}, do this. First lower the heat, then {fix}.
        {fault} 된 {dish:이라고} 버릴 필요는 없습니다. 이럴 때는 {fix}.
        There is no need to throw away {dish} just because it is {fault}. In this case {fix}.
      `,
    },
    scrub: {
      about: stains,
      ask: `
        {tool}에 남은 {stain:은} 어떻게 없애요?
        How do I get rid of {stain} on the {tool}?
        {tool}에서 {stain:이} 지워지지 않습니다. 무엇으로 닦아야 할까요?
        I can't get {stain} off the {tool}. What should I clean it with?
      `,
      tell: `
        {stain}에는 {agent:이} 효과가 있습니다. {tool:을} 따뜻한 물에 적신 다음 {agent:으로} 문지르고 헹구세요.
        For {stain}, the answer is {agent}. Wet the {tool} with warm water, work on it with {agent} and rinse.
        {agent:을} 써 보세요. 삼십 분쯤 그대로 두었다가 씻으면 {tool}의 {stain:이} 말끔히 사라져요.
        Try {agent}. Leave it to act for half an hour, wash, and {stain} will vanish from the {tool}.
      `,
    },
    baking: {
      about: baking,
      facts: [heats, bakingTimes],
      ask: `
        {bake:을} {oven}에 구울 때 온도와 시간은 어떻게 되나요?
        What temperature and time do I need for {bake} {oven}?
        {oven:으로} {bake:을} 굽고 싶은데 얼마나 뜨겁게, 얼마나 오래 해야 할까요?
        I want to roast {bake} {oven}; how hot and how long should it be?
        {oven} 초보입니다. {bake:을} 태우지 않고 굽는 법을 알려 주세요.
        I am new to cooking {oven}. Please tell me how to do {bake} without burning anything.
      `,
      tell: `
        {bake:은} {oven:을} {heat:으로} 예열한 뒤 {span} 구우면 속까지 잘 익습니다.
        Preheat to {heat}, and after {span} {oven} the {bake} will be cooked right through.
        {heat}에서 {span:이면} 충분해요. {oven}마다 화력이 다르니 {bake} 겉이 노릇해지는지 지켜보세요.
        At {heat}, {span} is enough. Heat differs from one model to the next, so watch for the {bake} to turn golden {oven}.
      `,
    },
    defrost: {
      about: frozen,
      ask: `
        꽁꽁 언 {food:을} {deadline} 녹이려면 어떻게 하나요?
        How do I thaw rock-hard frozen {food} {deadline}?
        냉동실에 있는 {food:을} {deadline} 써야 합니다. 해동하는 요령이 있습니까?
        I have to use the {food} from the freezer {deadline}. Is there a knack to defrosting it?
      `,
      tell: `
        {deadline} 언 {food:을} 풀어야 한다면 {way}. 한번 녹인 것은 다시 얼리지 않습니다.
        If frozen {food} has to be soft {deadline}, {way}. Never freeze it again once it has melted.
        {food:은} 천천히 해동할수록 맛이 좋습니다. {deadline} 끝내고 싶을 때는 {way}.
        The slower {food} is thawed, the better the taste. To be done {deadline}, {way}.
      `,
    },
    choosing: {
      about: choosing,
      ask: `
        {shop}에서 {fruit:을} 살 때 무엇을 보고 골라야 해요?
        What should I look at when picking {fruit:s} {shop}?
        맛있는 {fruit:을} {shop}에서 고르는 법이 궁금합니다.
        I wonder how to choose good {fruit:s} {shop}.
        {shop}에 {fruit:이} 잔뜩 쌓여 있던데 어떤 게 달까요?
        There are piles of {fruit:s} {shop}; which will be sweet?
      `,
      tell: `
        {fruit:은} {sign:을} 집으세요. {shop}에서는 맛보기를 부탁해도 괜찮아요.
        Of all the {fruit:s}, take {sign}. You may well ask for a taste {shop}.
        {sign:이} 잘 익은 {fruit}입니다. {shop}에 아침 일찍 가면 좋은 물건이 많습니다.
        Among {fruit:s}, {sign} is ripe. There is plenty of good produce {shop} early in the morning.
      `,
    },
  },
};
