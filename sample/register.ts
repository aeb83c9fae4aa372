import { choose } from './choice.ts';

/**
 * Wordings of a question that mean the same wherever they stand. With two or three phrasings a topic, the ending of a
 * question would give its topic away, and a model would learn endings in place of content.
 */
const interchangeable: Record<'ko' | 'en', string[][]> = {
  ko: [
    [' 하나요?', ' 합니까?', ' 하죠?', ' 할까요?', ' 해요?'],
    [' 있나요?', ' 있습니까?', ' 있어요?', ' 있을까요?'],
    [' 없을까요?', ' 없나요?', ' 없습니까?'],
    [' 되나요?', ' 됩니까?', ' 돼요?'],
    ['괜찮나요?', '괜찮습니까?', '괜찮아요?', '괜찮을까요?'],
    ['좋습니까?', '좋아요?', '좋을까요?', '좋은가요?'],
    ['얼마예요?', '얼마인가요?', '얼마입니까?', '얼마죠?'],
    [' 걸려요?', ' 걸리나요?', ' 걸립니까?', ' 걸릴까요?'],
    [' 들어요?', ' 듭니까?', ' 드나요?', ' 들까요?'],
    ['어떻습니까?', '어떤가요?', '어때요?'],
    ['무엇입니까?', '무엇인가요?', '뭐예요?', '뭔가요?'],
    ['왜 그런가요?', '왜 그럴까요?', '왜 그렇죠?', '왜 그렇습니까?'],
    ['필요합니까?', '필요한가요?', '필요해요?', '필요할까요?'],
    ['가능합니까?', '가능한가요?', '가능해요?', '가능할까요?'],
    [' 어떻게 가죠?', ' 어떻게 갑니까?', ' 어떻게 가나요?', ' 어떻게 가요?'],
    [' 싶어요.', ' 싶습니다.', ' 싶은데요.'],
    ['궁금해요.', '궁금합니다.', '궁금하네요.'],
    [' 주세요.', ' 주십시오.', ' 주시겠어요?'],
    ['어떡하죠?', '어쩌죠?', '어떻게 하죠?', '어쩌면 좋을까요?'],
  ],
  en: [
    ['How do I', 'How can I'],
    ['What should I do', 'What do I do', 'What must I do'],
    ['What do I have to do', 'What do I need to do', 'What must I do'],
    ['I would like to', "I'd like to", 'I want to'],
    ['Is it all right to', 'Is it okay to', 'Is it fine to'],
    ['Can I use', 'May I use', 'Could I use'],
    ['How much does it cost to', 'What does it cost to', 'How much is it to'],
    ['How long does it take to', 'How much time does it take to', 'How long will it take to'],
    ['Do I have to', 'Do I need to', 'Must I'],
    ['I wonder', 'I am wondering'],
    ['What is needed for', 'What do I need for', 'What does one need for'],
  ],
};

/** The question with one ending or opening exchanged for another of its group, chosen by the key. */
export function reworded(question: string, language: 'ko' | 'en', key: string): string {
  for (const group of interchangeable[language]) {
    const found = group.find((wording) => question.includes(wording));
    if (found) return question.replace(found, choose(group, key));
  }
  return question;
}
