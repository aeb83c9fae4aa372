/**
 * The normalised form of a corpus: one JSON object per line, in file order, keys in the order below, texts NFC.
 * The SHA-256 of these bytes is the corpus version's digest, whatever shape the source file had.
 */
export type Texts = Record<string, string>; // language -> text

interface UnitBase {
  /** Ties the translations of this item together; unique in its corpus. */
  id: string;
  /** Name of the document this unit is a part of; units of one document follow one another in file order. */
  doc?: string;
  source?: string;
  attributes?: Record<string, unknown>;
}
export interface SegmentUnit extends UnitBase {
  kind: 'SEGMENT';
  texts: Texts;
}
export interface PairUnit extends UnitBase {
  kind: 'PAIR';
  query: Texts;
  passage: Texts;
  negatives?: Record<string, string[]>;
}
export interface ParaphraseUnit extends UnitBase {
  kind: 'PARAPHRASE';
  language: string;
  paraphrases: [string, string];
}
export type Unit = SegmentUnit | PairUnit | ParaphraseUnit;

export const unitKinds = ['SEGMENT', 'PAIR', 'PARAPHRASE'] as const;

/** What a text is within its unit (corpora) or entry (benchmarks). */
export const textRoles = ['TEXT', 'QUERY', 'PASSAGE', 'NEGATIVE', 'FIRST', 'SECOND', 'DOCUMENT'] as const;
export type TextRole = (typeof textRoles)[number];

export interface UnitText {
  role: TextRole;
  language: string;
  text: string;
}

/**
 * Every text of a unit, in the one order that the database, the embedding run and the search share: roles in the
 * order written here, languages in code-point order within a role. Row i of an embedding set is text i of this walk.
 */
export function textsOf(unit: Unit): UnitText[] {
  const of = (role: TextRole, texts: Texts) =>
    Object.keys(texts)
      .sort()
      .map((language) => ({ role, language, text: texts[language] }));
  switch (unit.kind) {
    case 'SEGMENT':
      return of('TEXT', unit.texts);
    case 'PAIR':
      return [
        ...of('QUERY', unit.query),
        ...of('PASSAGE', unit.passage),
        ...Object.keys(unit.negatives ?? {})
          .sort()
          .flatMap((language) =>
            unit.negatives![language].map((text) => ({ role: 'NEGATIVE' as const, language, text })),
          ),
      ];
    case 'PARAPHRASE':
      return [
        { role: 'FIRST', language: unit.language, text: unit.paraphrases[0] },
        { role: 'SECOND', language: unit.language, text: unit.paraphrases[1] },
      ];
  }
}
