import { cross, type Domain, table } from '../grammar.ts';

const crops = table(
  'crop',
  `
  상추 = lettuce ~ lettuces
  방울토마토 = cherry tomato ~ cherry tomatoes
  고추 = chilli ~ chillies
  오이 = cucumber
  호박 = pumpkin
  딸기 = strawberry
  감자 = potato ~ potatoes
  완두콩 = pea
  당근 = carrot
  해바라기 = sunflower
  봉선화 = balsam
  코스모스 = cosmos flower
  `,
);

const spots = table(
  'spot',
  `
  베란다 화분 = in a pot on the balcony
  옥상 텃밭 = in a roof garden
  마당 = in the yard
  주말농장 = on an allotment
  온실 = in a greenhouse
  창가 = on the windowsill
  `,
);

const months = table(
  'month',
  `
  이월 말 = the end of February
  삼월 초 = early March
  삼월 중순 = the middle of March
  사월 초 = early April
  사월 말 = the end of April
  오월 초 = early May
  `,
);

const houseplants = table(
  'plant',
  `
  선인장 = cactus ~ cacti
  난초 = orchid
  고무나무 = rubber plant
  장미 = rose
  수국 = hydrangea
  라벤더 = lavender ~ lavender
  고사리 = fern
  동백나무 = camellia
  허브 = herb
  진달래 = azalea
  `,
);

const seasons = table(
  'season habit',
  `
  봄 = in spring / 흙 겉면이 마를 때마다 = whenever the surface of the soil is dry
  여름 = in summer / 날마다 해가 지고 나서 = every day after sunset
  장마철 = in the rainy season / 열흘에 한 번만 = only once in ten days
  가을 = in autumn / 사흘에 한 번 아침에 = every third day in the morning
  겨울 = in winter / 두 주에 한 번 한낮에 = every other week at midday
  휴가 기간 = during holidays / 떠나기 전날 흠뻑 = thoroughly the day before you leave
  `,
);

const pests = table(
  'pest remedy',
  `
  진딧물 = greenfly / 우유를 물에 섞어 뿌립니다 = spray the plants with milk and water
  달팽이 = snails / 달걀 껍데기를 부수어 둘레에 뿌립니다 = scatter crushed eggshells around the plants
  개미 = ants / 계핏가루로 길을 막습니다 = block their path with cinnamon powder
  총채벌레 = thrips / 끈끈한 노란 종이를 매답니다 = hang up sticky yellow paper
  응애 = spider mites / 샤워기로 잎 뒷면을 씻어 냅니다 = rinse the underside of the leaves with a shower
  두더지 = moles / 바람개비를 꽂아 땅을 울립니다 = plant a pinwheel to make the ground tremble
  참새 = sparrows / 그물을 덮거나 반짝이는 테이프를 답니다 = cover the plants with a net or hang up shiny tape
  애벌레 = caterpillars / 아침저녁으로 손으로 잡습니다 = pick them off by hand morning and evening
  `,
);

const symptoms = table(
  'symptom cause',
  `
  잎이 노래져요 = its leaves turn yellow / 물을 지나치게 주었기 때문입니다 = it was given too much water
  잎끝이 말라요 = the tips of its leaves dry out / 방 안 공기가 건조하기 때문입니다 = the air in the room is too dry
  꽃이 안 피어요 = it does not flower / 햇빛이 모자라기 때문입니다 = it lacks sunlight
  줄기가 휘어요 = its stem bends / 한쪽에서만 빛을 받기 때문입니다 = light reaches it from one side only
  뿌리가 썩어요 = its roots rot / 화분 밑 구멍이 막혔기 때문입니다 = the hole under the pot is blocked
  새순이 안 나와요 = it makes no new shoots / 영양분이 다 떨어졌기 때문입니다 = its nutrients are used up
  `,
);

const tools = table(
  'tool upkeep',
  `
  전정가위 = pruning shears / 날을 알코올로 닦고 기름을 바릅니다 = wipe the blades with alcohol and oil them
  삽 = spade / 흙을 털고 모래 통에 꽂아 둡니다 = knock off the soil and stand it in a bucket of sand
  호미 = hand hoe / 물기를 없애고 벽에 겁니다 = dry it and hang it on the wall
  물뿌리개 = watering can / 물을 비우고 엎어 둡니다 = empty it and turn it upside down
  호스 = hose / 느슨하게 감아 그늘에 둡니다 = coil it loosely and keep it in the shade
  잔디 깎는 기계 = lawnmower / 풀을 긁어내고 덮개를 씌웁니다 = scrape off the grass and put a cover on
  장갑 = pair of gloves / 뒤집어 빨아 햇볕에 말립니다 = turn it inside out, wash it and dry it in the sun
  `,
);

const toolTimes = table(
  'when',
  `
  매일 쓰고 난 뒤 = after daily use
  겨울이 오기 전 = before winter comes
  비를 맞은 뒤 = after it got wet in the rain
  오래 쓰지 않을 때 = when it is not used for long
  이웃에게 빌려주기 전 = before lending it to a neighbour
  `,
);

const soils = table(
  'fertiliser',
  `
  커피 찌꺼기 = coffee grounds
  달걀 껍데기 = eggshells
  쌀뜨물 = rice water
  바나나 껍질 = banana peel
  나뭇재 = wood ash
  낙엽 퇴비 = leaf compost
  닭똥 거름 = chicken manure
  지렁이 흙 = worm castings
  `,
);

const flowers = table(
  'flower',
  `
  튤립 = tulip
  수선화 = daffodil
  백합 = lily
  국화 = chrysanthemum
  장미 = rose
  작약 = peony
  나팔꽃 = morning glory ~ morning glories
  `,
);

const friends = table(
  'friend',
  `
  제비꽃 = violets
  민들레 = dandelions
  허브 = herbs
  딸기 = strawberries
  대파 = leeks
  잔디 = grass
  마늘 = garlic
  이끼 = moss
  `,
);

const trees = table(
  'tree',
  `
  감나무 = persimmon tree
  사과나무 = apple tree
  매화나무 = plum tree
  소나무 = pine tree
  단풍나무 = maple tree
  벚나무 = cherry tree
  은행나무 = ginkgo tree
  포도나무 = vine
  `,
);

const jobs = table(
  'job moment',
  `
  가지치기 = pruning / 잎이 다 진 늦겨울 = late winter when all leaves are gone
  옮겨심기 = transplanting / 싹이 트기 직전의 이른 봄 = early spring just before the buds open
  거름 주기 = feeding / 땅이 녹은 직후 = just after the ground has thawed
  접붙이기 = grafting / 나무에 물이 오르는 사월 = April when the sap rises
  짚 싸기 = straw-wrapping / 첫서리가 내릴 무렵 = the time of the first frost
  약 치기 = spraying / 꽃이 지고 난 다음 주 = the week after the blossom has fallen
  `,
);

export const garden: Domain = {
  name: 'garden',
  topics: {
    sowing: {
      about: cross(crops, spots),
      facts: [months],
      ask: `
        {spot}에서 {crop:을} 키우려면 씨를 언제 뿌려야 해요?
        When should I sow to grow {crop:s} {spot}?
        {spot}에 {crop:을} 심고 싶은데 시기가 언제가 좋습니까?
        I would like to plant {crop:s} {spot}; what time of year is good?
        초보인데 {crop:이} {spot}에서도 잘 자랄까요?
        I am a beginner. Will {crop:s} do well {spot}?
      `,
      tell: `
        {spot:이라면} {crop} 씨앗은 {month}에 넣는 것이 알맞습니다. 싹이 트면 튼튼한 것만 남기고 솎아 줍니다.
        With seeds {spot}, {month} is the right moment for {crop:s}. Once they sprout, keep only the strong ones.
        {crop:은} 씨를 하룻밤 물에 불려 {month}에 묻으세요. {spot}에는 햇빛이 반나절 이상 들어야 해요.
        Soak the seeds of {crop:s} overnight; the time to bury them is {month}. They need half a day of sun {spot}.
      `,
    },
    watering: {
      about: cross(houseplants, seasons),
      ask: `
        {season}에 {plant}에는 물을 얼마나 자주 줘요?
        How often do I water {plant:a} {season}?
        {season}의 {plant} 관리가 걱정입니다. 물 주는 요령이 있습니까?
        I worry about my {plant} {season}. Is there a knack to watering?
      `,
      tell: `
        {season}의 {plant:은} {habit} 적셔 주는 것이 원칙입니다. 받침에 고인 물은 버리십시오.
        As a rule, {plant:a} {season} is moistened {habit}. Pour away what collects in the saucer.
        {plant:은} {season}에 {habit} 물을 줘요. 잎에 닿지 않게 흙에 직접 부어 주세요.
        {season} {plant:a} gets its water {habit}. Pour straight onto the soil without touching the leaves.
      `,
    },
    pest: {
      about: cross(pests, crops.slice(0, 8)),
      ask: `
        {crop}에 {pest:이} 생겼는데 농약 없이 없앨 수 있어요?
        There are {pest} on my {crop:s}; can I get rid of them without chemicals?
        {pest} 때문에 {crop} 농사를 망쳤습니다. 어떻게 막습니까?
        {pest} ruined my {crop:s}. How can this be prevented?
      `,
      tell: `
        {crop:을} 해치는 {pest}에는 약보다 손이 먼저입니다. {remedy}.
        Against {pest} that harm {crop:s}, hands come before chemicals: {remedy}.
        이웃 농부는 {crop} 밭에서 {pest:을} 보면 {remedy}. 일주일이면 효과가 나타납니다.
        When a farmer next door sees {pest} among the {crop:s}, the advice is this: {remedy}. It works within a week.
      `,
    },
    symptom: {
      about: cross(houseplants, symptoms),
      ask: `
        키우는 {plant:이} 이상해요. {symptom}. 왜 그런가요?
        Something is odd about my {plant}: {symptom}. Why is that?
        {symptom}. {plant}, 다시 살릴 수 있을까요?
        {symptom}. Can the {plant} be saved?
      `,
      tell: `
        {plant:이} 이런 모습을 보인다면 {cause}. 원인을 없애면 한 달 안에 회복합니다.
        If {plant:a} looks like this, {cause}. Remove the cause and it recovers within a month.
        꽃집 주인은 {plant} 손님에게 늘 같은 설명을 합니다. 대개 {cause}.
        Florists give the same explanation to everyone with {plant:a}. Usually {cause}.
      `,
    },
    tool: {
      about: cross(tools, toolTimes),
      ask: `
        {when}에 {tool:은} 어떻게 손질해요?
        How do I look after my {tool} {when}?
        {tool:을} 오래 쓰고 싶습니다. {when}에 할 일이 있습니까?
        I want my {tool} to last. Is there something to do {when}?
      `,
      tell: `
        {tool:은} {when}에 관리를 해 주어야 수명이 늘어납니다. {upkeep}.
        The life of your {tool} is longer with care {when}. {upkeep}.
        원예 책을 펴면 {tool} 관리법이 나옵니다. {when}에는 {upkeep}.
        Gardening books describe how to care for your {tool}: {when}, {upkeep}.
      `,
    },
    fertiliser: {
      about: cross(soils, houseplants.slice(0, 8)),
      facts: [
        table(
          'often',
          `
          한 달에 한 번 = once a month
          두 달에 한 번 = every two months
          봄과 가을에 한 번씩 = once in spring and once in autumn
          꽃이 진 뒤에 한 번 = once after flowering
          일주일에 한 번 = once a week
          `,
        ),
      ],
      ask: `
        {fertiliser:을} {plant} 거름으로 써도 되나요?
        Can I use {fertiliser} to feed {plant:a}?
        {plant}에 {fertiliser:이} 좋다는 말이 사실입니까?
        Is it true that {fertiliser} is good for {plant:a}?
      `,
      tell: `
        {fertiliser:은} {plant:을} 튼튼하게 합니다. {often} 흙과 잘 섞어 주십시오.
        It makes {plant:a} strong to get {fertiliser}. Mix it well into the soil {often}.
        네, {often} 조금씩이면 충분해요. {plant} 뿌리에 {fertiliser:이} 바로 닿지 않게 하세요.
        Yes, a little {often} is enough. Do not let {fertiliser} touch the roots of {plant:a} directly.
      `,
    },
    companion: {
      about: cross(flowers, friends),
      facts: [
        table(
          'gap',
          `
          한 뼘 = a hand's width
          두 뼘 = two hand's widths
          발 하나 길이 = a foot's length
          어른 한 걸음 = an adult's step
          `,
        ),
      ],
      ask: `
        {flower} 옆에 {friend:을} 심어도 괜찮아요?
        Is it all right to plant {friend} beside {flower:s}?
        {flower:과} {friend:은} 서로 잘 맞습니까?
        Do {flower:s} and {friend} get along?
      `,
      tell: `
        {friend:은} {flower:과} 사이좋게 자랍니다. 다만 {gap}쯤 띄워 심어야 뿌리가 다투지 않습니다.
        {friend} and {flower:s} grow as good neighbours. Only leave about {gap} so that the roots do not quarrel.
        {flower} 꽃밭에 {friend:을} 함께 두면 보기에도 좋아요. 간격은 {gap:이면} 넉넉해요.
        In a bed of {flower:s}, the sight of {friend} is pretty too. A distance of {gap} is plenty.
      `,
    },
    tree: {
      about: cross(trees, jobs),
      ask: `
        {tree} {job:은} 어느 때 하는 것이 좋아요?
        What is a good time for {job} {tree:a}?
        마당 {tree:을} 돌보고 있습니다. {job:을} 언제 해야 합니까?
        I look after {tree:a} in the yard. When must the {job} be done?
      `,
      tell: `
        {job:은} {moment:이} 제철입니다. {tree:은} 이때 상처가 빨리 아뭅니다.
        The season for {job} is {moment}. That is when {tree:a} heals fastest.
        {tree:이라면} {moment:을} 놓치지 마세요. {job:을} 늦게 하면 이듬해 열매와 꽃이 줄어요.
        With {tree:a}, do not miss {moment}. Late {job} means less fruit and blossom the year after.
      `,
    },
  },
};
