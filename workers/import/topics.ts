import type { Line } from './lines.ts';
import { type Place, refuse, refuseFile } from './place.ts';

interface Topic {
  place: Place;
  record: { _id: string; text: string };
}

/**
 * TREC's topics: blocks of `<top>` with `<num>` and `<title>`, whose closing tags are often missing, so that a field
 * ends where the next tag begins. The title is the query, without the words "Number:" and "Topic:" that old tracks
 * write before the value. Description and narrative are passed over.
 */
export async function* readTopics(lines: AsyncIterable<Line[]>, file: string): AsyncGenerator<Topic> {
  let topic: { line: number; fields: Map<string, string> } | null = null;
  let field = '';
  for await (const group of lines)
    for (const { number, text } of group)
      for (const part of text.trimEnd().split(/(?=<)/)) {
        const place = { file, line: number };
        const [, closing, tag, rest] = /^<(\/?)(\w+)>(.*)$/s.exec(part) ?? [null, '', '', part];
        const name = tag.toLowerCase();
        if (name === 'top' && !closing) {
          if (topic)
            throw refuse(place, `begins a topic inside that of line ${topic.line}; end it with </top>`);
          topic = { line: number, fields: new Map() };
          field = '';
        } else if (name === 'top') {
          if (!topic) throw refuse(place, 'ends a topic that has not begun; write <top> before it');
          yield topicOf(topic.fields, { file, line: topic.line });
          topic = null;
        } else if (topic) {
          if (tag) field = closing ? '' : name;
          if (!field) continue;
          if (tag && topic.fields.has(field)) throw refuse(place, `has a second <${field}>; keep one`);
          topic.fields.set(field, `${topic.fields.get(field) ?? ''} ${rest}`);
        } else if (part.trim() !== '')
          throw refuse(place, 'stands outside <top> ... </top>; TREC topics begin so');
      }
  if (topic) throw refuseFile(file, `ends inside the topic of line ${topic.line}; end it with </top>`);
}

function topicOf(fields: ReadonlyMap<string, string>, place: Place): Topic {
  const value = (name: string, label: RegExp) =>
    (fields.get(name) ?? '').trim().replace(label, '').trim().replaceAll(/\s+/g, ' ');
  return { place, record: { _id: value('num', /^number:/i), text: value('title', /^topic:/i) } };
}
