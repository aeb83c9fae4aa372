import { readFile } from 'node:fs/promises';
import { Tokenizer as Native } from 'tokenizers';
import { badInput } from '#src/errors.ts';
import { wordEncoder } from './joined-words.ts';
import { readTokenizerJson } from './tokenizer-json.ts';
import { wordLocality } from './word-local.ts';

/** Token ids of many texts, one after another: text i has `ids[offsets[i]] .. ids[offsets[i + 1] - 1]`. */
export interface Ragged {
  ids: Int32Array;
  /** One longer than the texts. */
  offsets: Int32Array;
}

export interface Tokenizer {
  /** Rows that an embedding table needs: largest id + 1. */
  vocabSize: number;
  /**
   * @param maxLength tokens kept of each text, specials included, cut at the end; null: all
   * @param addSpecialTokens put the tokenizer's own template (such as [CLS] ... [SEP]) around each text
   */
  encode(texts: string[], maxLength: number | null, addSpecialTokens: boolean): Promise<Ragged>;
}

/** Texts encoded at a time, which bounds the strings and native objects held. */
const blockTexts = 4096;
/** Words remembered before the memory starts anew; some 150 bytes each. */
const maxWords = 1 << 19;

/**
 * Open a tokenizer.json with Hugging Face's own Rust implementation, and remember the ids of every word seen where
 * the tokenizer allows that (word-local.ts). Truncation and padding that the file asks for are not applied.
 *
 * Why not the pure JavaScript `@huggingface/tokenizers`: it approximates sentencepiece's character maps (XLM-R) and
 * has no byte fallback for unigram models; and on 62 MB of Korean and English with a BPE of 30,000 it did 1.6 MB/s
 * where Rust did 4 on two cores, remembering words 9, and 21 once most words have been seen.
 */
export async function openTokenizer(path: string): Promise<Tokenizer> {
  const json = await readTokenizerJson(path);
  const native = parseNative(await readFile(path, 'utf8'));
  const isWordLocal = wordLocality(json);
  const encodeWords = wordEncoder(native, json);
  let words = new Map<string, number[]>();

  /** The ids of each text's pieces, without specials; a piece is a word, or a text that must stay whole. */
  async function encodeBlock(texts: string[]): Promise<number[][][]> {
    // Taken once: a call that overlaps this one may start the memory anew.
    const known = words;
    const fresh = new Map<string, number[]>();
    const pieces = texts.map((text) => {
      const list: (number[] | string)[] = isWordLocal(text) ? text.split(' ') : [text];
      for (let i = 0; i < list.length; i++) {
        const piece = list[i] as string;
        const ids = known.get(piece);
        if (ids) list[i] = ids;
        else fresh.set(piece, []);
      }
      return list;
    });
    const { words: missing = [], texts: whole = [] } = Object.groupBy(fresh.keys(), (piece) =>
      isWordLocal(piece) ? 'words' : 'texts',
    );
    const [ofWords, ofTexts] = await Promise.all([
      encodeWords(missing),
      native.encodeBatch(whole, { addSpecialTokens: false }),
    ]);
    for (const [i, text] of whole.entries()) fresh.set(text, ofTexts[i].getIds());
    for (const [i, word] of missing.entries()) {
      fresh.set(word, ofWords[i]);
      known.set(word, ofWords[i]);
    }
    if (known.size > maxWords) words = new Map();
    return pieces.map((list) => list.map((piece) => (typeof piece === 'string' ? fresh.get(piece)! : piece)));
  }

  return {
    vocabSize: json.vocabSize,
    async encode(texts, maxLength, addSpecialTokens) {
      const prefix = addSpecialTokens ? json.prefix : [];
      const suffix = addSpecialTokens ? json.suffix : [];
      const room = (maxLength ?? Number.POSITIVE_INFINITY) - prefix.length - suffix.length;
      if (room < 0) throw new Error(`a length of ${maxLength} leaves no room for the special tokens`);
      const offsets = new Int32Array(texts.length + 1);
      const blocks: Int32Array[] = [];
      for (let start = 0; start < texts.length; start += blockTexts) {
        const block = await encodeBlock(texts.slice(start, start + blockTexts));
        for (const [i, pieces] of block.entries()) {
          const length = pieces.reduce((sum, ids) => sum + ids.length, 0);
          offsets[start + i + 1] =
            offsets[start + i] + prefix.length + Math.min(length, room) + suffix.length;
        }
        const ids = new Int32Array(offsets[start + block.length] - offsets[start]);
        let at = 0;
        for (const [i, pieces] of block.entries()) {
          for (const id of prefix) ids[at++] = id;
          const end = offsets[start + i + 1] - offsets[start] - suffix.length;
          for (const piece of pieces) for (let k = 0; k < piece.length && at < end; k++) ids[at++] = piece[k];
          for (const id of suffix) ids[at++] = id;
        }
        blocks.push(ids);
      }
      return { ids: concatenate(blocks), offsets };
    },
  };
}

function parseNative(text: string): Native {
  let native: Native;
  try {
    native = Native.fromString(text);
  } catch (error) {
    throw badInput('tokenizer.json', `tokenizer.json cannot be read: ${(error as Error).message}`);
  }
  native.disableTruncation();
  native.disablePadding();
  return native;
}

function concatenate(blocks: Int32Array[]): Int32Array {
  const all = new Int32Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}
