import { textsOf, type Unit, unitKinds } from '#src/corpora/unit.ts';
import { digestTable } from './digests.ts';

/** What is counted of a corpus while its units go by. */
export function census() {
  const byKind = Object.fromEntries(unitKinds.map((kind) => [kind, 0])) as Record<Unit['kind'], number>;
  const byLanguage = new Map<string, number>();
  const docs = digestTable();
  let units = 0;
  let texts = 0;
  let doc: string | undefined;
  let resumed = 0;

  return {
    units: () => units,
    add(unit: Unit) {
      units++;
      byKind[unit.kind]++;
      for (const { language } of textsOf(unit)) {
        texts++;
        byLanguage.set(language, (byLanguage.get(language) ?? 0) + 1);
      }
      if (unit.doc === undefined || unit.doc === doc) return;
      if (docs.add(unit.doc, units) !== null) resumed++;
      doc = unit.doc;
    },
    counts() {
      const languages = [...byLanguage.keys()].sort();
      return {
        languages,
        units,
        byKind,
        texts,
        textsByLanguage: Object.fromEntries(
          languages.map((language) => [language, byLanguage.get(language)!]),
        ),
        docs: docs.size(),
      };
    },
    /** How often a document went on after units of another one. */
    resumed: () => resumed,
  };
}
