import { cross, type Domain, table } from '../grammar.ts';
import { days, places, waits } from '../words.ts';

const animals = table(
  'pet',
  `
  강아지 = puppy
  늙은 개 = old dog
  새끼 고양이 = kitten
  집고양이 = house cat
  토끼 = rabbit
  햄스터 = hamster
  앵무새 = parrot
  거북이 = turtle
  고슴도치 = hedgehog
  기니피그 = guinea pig
  `,
);

const foods = table(
  'food effect',
  `
  사과 = apple / 씨를 빼고 조금 주면 괜찮습니다 = a little without the seeds is fine
  포도 = grapes / 콩팥을 해칠 수 있어 한 알도 안 됩니다 = they may hurt the kidneys, so not a single one
  초콜릿 = chocolate / 심장에 해로워 절대 금물입니다 = it is bad for the heart and never allowed
  당근 = carrot / 잘게 썰어 주면 좋은 간식입니다 = finely chopped it makes a good snack
  양파 = onion / 피를 묽게 하므로 위험합니다 = it thins the blood and is dangerous
  삶은 고구마 = boiled sweet potato / 껍질을 벗겨 조금만 줍니다 = a small piece without the skin will do
  우유 = milk / 설사를 일으키기 쉽습니다 = it tends to cause diarrhoea
  치즈 = cheese / 짜서 몸에 부담이 됩니다 = it is salty and a strain on the body
  수박 = watermelon / 씨 없는 살만 더운 날 줄 수 있습니다 = the flesh without seeds is good on hot days
  `,
);

const habits = table(
  'habit training',
  `
  밤마다 울어요 = cries every night / 자기 전에 충분히 놀아 줍니다 = play with it well before bedtime
  가구를 물어뜯어요 = chews the furniture / 씹을 장난감을 늘 곁에 둡니다 = always leave something to chew nearby
  사람을 물어요 = bites people / 놀던 손을 거두고 방을 나갑니다 = take your hand away and leave the room
  먹지 않아요 = does not eat / 먹이를 따뜻하게 데워 냄새를 살립니다 = warm the food so that it smells more
  낯선 손님을 무서워해요 = is afraid of strangers / 먼저 다가오게 하고 손님이 간식을 줍니다 = let it come first and have the guest give a treat
  아무 데나 오줌을 싸요 = urinates anywhere / 같은 자리에서 성공했을 때 칭찬합니다 = praise it when it uses the right place
  털을 자꾸 뽑아요 = keeps pulling out its hair / 집을 조용한 곳으로 옮기고 병원에 데려갑니다 = move its home to a quiet spot and see a vet
  `,
);

const canine = /puppy|dog|cat|kitten/;
const furry = /puppy|dog|cat|kitten|rabbit|guinea/;
const mammals = animals.filter(({ pet }) => !/parrot|turtle/.test(pet.en));

const cares = table(
  'care method',
  `
  목욕 = bath / 미지근한 물과 전용 샴푸를 씁니다 = use lukewarm water and a special shampoo
  발톱 깎기 = nail trimming / 분홍색 핏줄 앞에서 멈춥니다 = stop before the pink vein
  귀 청소 = ear cleaning / 솜에 세정제를 묻혀 겉만 닦습니다 = wipe only the outside with cotton and cleaner
  빗질 = brushing / 털이 난 방향을 따라 부드럽게 합니다 = go gently with the lie of the coat
  이 닦기 = tooth brushing / 손가락에 거즈를 감아 문지릅니다 = rub with gauze wound round a finger
  눈곱 닦기 = eye cleaning / 젖은 거즈로 안쪽에서 바깥쪽으로 훔칩니다 = wipe with wet gauze from the inside out
  몸무게 재기 = weighing / 상자에 넣어 부엌 저울에 올립니다 = put it in a box on the kitchen scales
  `,
);

const intervals = table(
  'often',
  `
  날마다 = every day
  사흘에 한 번 = every three days
  일주일에 한 번 = once a week
  두 주에 한 번 = every two weeks
  한 달에 한 번 = once a month
  `,
);

const venues = table(
  'venue',
  `
  동물 병원 = animal hospital
  애견 미용실 = pet grooming salon
  애견 호텔 = pet hotel
  반려동물 놀이터 = pet playground
  애견 카페 = pet café
  사료 가게 = pet food shop
  유기 동물 보호소 = animal shelter
  `,
);

const trips = table(
  'vehicle',
  `
  비행기 = on a plane
  기차 = on a train
  고속버스 = on an express coach
  택시 = in a taxi
  배 = on a ferry
  지하철 = on the underground
  자가용 = in the car
  `,
);

const rules = table(
  'rule',
  `
  어깨에 메는 이동 가방에 넣어야 합니다 = it must be in a shoulder carrier
  예방 접종 증명서를 보여 주어야 합니다 = you must show proof of vaccination
  미리 전화해 자리를 잡아야 합니다 = you must call ahead to reserve a place
  네 시간 전부터 굶기는 것이 좋습니다 = it is best to let it fast for four hours before
  담요로 상자를 덮어 주어야 합니다 = the box must be covered with a blanket
  무게가 십 킬로를 넘으면 안 됩니다 = it may not weigh more than ten kilos
  `,
);

const ages = table(
  'age portion',
  `
  젖 뗀 지 얼마 안 된 때 = just after weaning / 하루 네 번 = four times a day
  여섯 달이 됐을 때 = at six months / 하루 세 번 = three times a day
  다 자란 뒤 = once fully grown / 하루 두 번 = twice a day
  살이 쪘을 때 = when overweight / 하루 두 번 평소의 반만 = twice a day at half the usual amount
  새끼를 뱄을 때 = when pregnant / 원하는 만큼 = as often as it wants
  나이가 많을 때 = in old age / 부드럽게 불려 하루 세 번 = softened, three times a day
  `,
);

const species = table(
  'pet',
  `
  개 = dog
  고양이 = cat
  토끼 = rabbit
  햄스터 = hamster
  기니피그 = guinea pig
  고슴도치 = hedgehog
  `,
);

const missing = table(
  'street',
  `
  시장 골목 = in the market lanes
  강변 산책로 = on the riverside path
  학교 운동장 = in the school playground
  아파트 지하 주차장 = in the underground car park
  뒷산 = on the hill behind the houses
  놀이공원 = at the amusement park
  해수욕장 = at the bathing beach
  `,
);

export const pets: Domain = {
  name: 'pets',
  topics: {
    food: {
      about: cross(animals, foods),
      ask: `
        {pet}한테 {food:을} 먹여도 되나요?
        May I feed {food} to my {pet}?
        {pet:이} {food:을} 먹어 버렸습니다. 괜찮겠습니까?
        My {pet} has swallowed {food}. Will that be all right?
        {food:은} {pet} 건강에 좋은가요, 나쁜가요?
        Is it good or bad for the health of {pet:a} to eat {food}?
      `,
      tell: `
        수의사는 {pet:을} 기르는 사람에게 이렇게 말합니다. {food:은} {effect}.
        Vets tell the owner of {pet:a} this about {food}: {effect}.
        {food}에 관해서는 의견이 분명합니다. {pet}에게는 {effect}.
        On {food} opinion is clear. For {pet:a}, {effect}.
      `,
    },
    habit: {
      about: cross(mammals, habits).filter(
        ({ pet, habit }) => canine.test(pet.en) || !/cries/.test(habit.en),
      ),
      ask: `
        우리 {pet:이} {habit}. 어떻게 하면 고쳐질까요?
        My {pet} {habit}. How can this be put right?
        {pet} 버릇 때문에 고민이에요. {habit}. 왜 그럴까요?
        I am troubled by the behaviour of my {pet}. It {habit}. Why might that be?
      `,
      tell: `
        {pet:은} 벌을 주기보다 기다려 주어야 합니다. 이럴 때는 {training}.
        With {pet:a}, patience works better than punishment. In this case {training}.
        훈련사에게 {pet:을} 맡긴 사람들도 같은 말을 듣습니다. 먼저 {training}.
        Those who leave {pet:a} with a trainer hear the same: first {training}.
      `,
    },
    care: {
      about: cross(mammals, cares).filter(
        ({ pet, care }) => furry.test(pet.en) && (canine.test(pet.en) || !/bath|tooth/.test(care.en)),
      ),
      facts: [intervals],
      ask: `
        {pet} {care:은} 얼마나 자주, 어떻게 하나요?
        How often and how do you do the {care} of {pet:a}?
        {pet:을} 처음 키웁니다. {care} 요령을 알려 주시겠습니까?
        I keep {pet:a} for the first time. Could you teach me about {care}?
      `,
      tell: `
        {pet:은} {often} {care:을} 해 주면 넉넉합니다. {method}.
        For {pet:a}, {care} {often} is ample. {method}.
        {care:을} 싫어하지 않게 어릴 때부터 길들이십시오. {pet:이라면} {often} 하며, {method}.
        Start young so that it does not dislike {care}. With {pet:a} do it {often}; {method}.
      `,
    },
    venue: {
      about: cross(venues, places),
      facts: [days],
      ask: `
        {place}에 있는 {venue:은} 언제 쉬어요?
        On which day is the {venue} {place} closed?
        {place} {venue:을} 이용하려면 예약해야 합니까?
        Do I have to book for the {venue} {place}?
      `,
      tell: `
        {place} {venue:은} {day}에 문을 닫습니다. 그 밖의 날은 예약 없이도 받아 줍니다.
        The {venue} {place} shuts on {day}. On other days you are welcome without an appointment.
        {day}만 빼고 언제든지 오세요. {place} {venue:은} 손님이 몰려서 주말은 전화가 필요해요.
        Come any day but {day}. The {venue} {place} gets crowded, so call first for the weekend.
      `,
    },
    trip: {
      about: cross(animals.slice(0, 8), trips),
      facts: [rules],
      ask: `
        {pet:을} 데리고 {vehicle}에 타도 돼요?
        Can I travel {vehicle} with {pet:a}?
        {vehicle:으로} {pet:을} 옮기려고 합니다. 규정이 어떻습니까?
        I want to take {pet:a} {vehicle}. What are the regulations?
      `,
      tell: `
        {vehicle}에 {pet:을} 태울 수는 있습니다. 다만 {rule}.
        It is possible to take {pet:a} {vehicle}. However, {rule}.
        {pet} 주인은 {vehicle:을} 타기 전에 조건을 확인하십시오. {rule}.
        The owner of {pet:a} should check the terms for going {vehicle}: {rule}.
      `,
    },
    feeding: {
      about: cross(species, ages),
      ask: `
        {age} {pet} 밥은 하루에 몇 번 줘요?
        How many times a day do I feed {pet:a} {age}?
        {pet:을} 기르는데, {age} 먹이를 어떻게 조절합니까?
        I keep {pet:a}; how do I adjust the food {age}?
      `,
      tell: `
        {pet} 사료는 {age} {portion} 주면 됩니다. 물은 늘 갈아 주십시오.
        The food for {pet:a} {age} is given {portion}. Always change the water.
        {age}에는 배 크기를 생각해야 해요. {pet:은} {portion} 먹여요.
        One must think of the size of the belly {age}. {pet:a} is fed {portion}.
      `,
    },
    lost: {
      about: cross(animals.slice(0, 8), missing),
      facts: [waits],
      ask: `
        {street}에서 {pet:을} 잃어버렸어요. 어떻게 찾죠?
        I lost my {pet} {street}. How do I find it?
        {street}에서 주인 없는 {pet:을} 봤습니다. 어디에 알립니까?
        I saw a stray {pet} {street}. Whom do I tell?
      `,
      tell: `
        보호소는 {street}에서 들어온 {pet:을} {wait} 동안 돌보며 주인을 기다립니다. 홈페이지 사진을 확인하십시오.
        The shelter looks after {pet:a} found {street} for {wait} while waiting for the owner. Check the photos on its website.
        {street} 근처에 {pet} 사진을 붙이고 구청에 전화하세요. {wait:이} 지나면 새 가족에게 갈 수 있어요.
        Put up pictures of the {pet} near where it was seen {street} and call the district office. After {wait} it may go to a new family.
      `,
    },
  },
};
