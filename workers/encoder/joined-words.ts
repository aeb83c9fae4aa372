import type { Tokenizer as Native } from 'tokenizers';
import type { Component, TokenizerJson } from './tokenizer-json.ts';

/** Words to a text: with fewer the cost of a text shows again, with more nothing is won. */
const joined = 64;

/**
 * Encodes words of word-local tokenizers (word-local.ts) many at a time. An encoding of its own costs a word nearly as
 * much again as its tokens do (5.6 µs against 3.9, BPE of 30,000), so words go as one text, told apart by an added
 * token, which cuts a text before anything else looks at it.
 */
export function wordEncoder(native: Native, json: TokenizerJson): (words: string[]) => Promise<number[][]> {
  const encode = async (texts: string[]) =>
    (await native.encodeBatch(texts, { addSpecialTokens: false })).map((encoding) => encoding.getIds());
  const cut = separator(native, json);
  if (!cut) return encode;
  return async (words) => {
    const groups = Array.from({ length: Math.ceil(words.length / joined) }, (_, i) =>
      words.slice(i * joined, (i + 1) * joined),
    );
    // A space after the token and none before: a word begins its text or follows a space, and is followed by none.
    const encoded = await encode(groups.map((group) => group.join(`${cut.content} `)));
    const found = await Promise.all(
      encoded.map((ids, i) => {
        const parts: number[][] = [[]];
        for (const id of ids)
          if (id === cut.id) parts.push([]);
          else parts.at(-1)!.push(id);
        // Where one of the words makes the token itself, it alone can tell.
        return parts.length === groups[i].length ? parts : encode(groups[i]);
      }),
    );
    return found.flat();
  };
}

/** An added token that no word makes and that takes no space away; null: none, or words after it would differ. */
function separator(native: Native, { preTokenizer, addedTokens, special }: TokenizerJson) {
  // Such a metaspace goes before words that begin a text, or follow a space that a normalizer may have taken.
  if (components(preTokenizer).some((part) => part.prepend_scheme === 'first')) return null;
  return (
    addedTokens.find(
      ({ content, id, ...token }) =>
        token.special &&
        !token.single_word &&
        !token.lstrip &&
        !token.rstrip &&
        content !== special.unk_token &&
        native.tokenToId(content) === id,
    ) ?? null
  );
}

const components = (part: Component | null): Component[] =>
  part?.type === 'Sequence' ? (part.pretokenizers as Component[]).flatMap(components) : part ? [part] : [];
