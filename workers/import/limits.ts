/**
 * What an import accepts. Sizes are several times those of the largest public corpora that a lab would load as one
 * file; they are here so that a hostile or broken file ends in a sentence, not in a full disk or a killed process.
 */
const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

/** A line, without its line feed. A whole book is 1 to 2 MiB. */
export const LINE_BYTES = 8 * MiB;

/** Text of one file, uncompressed. The 100 M sentence pairs of a CCMatrix direction are about 30 GiB. */
export const TEXT_BYTES = 64 * GiB;

/**
 * Uncompressed over compressed bytes. DEFLATE reaches 1032; text 3 to 6, templated JSONL up to 60. Asked only beyond
 * the first 64 MiB, which cost nothing and let small, very repetitive files pass.
 */
export const GZIP_RATIO = 200;
export const GZIP_RATIO_FROM = 64 * MiB;

/** Compressed bytes that may go by without an equal number coming out: empty gzip members can be 20 bytes each. */
export const GZIP_IDLE = 64 * MiB;

/** Units of a corpus. At this number each table of seen digests holds 1.25 GiB (see `digests.ts`). */
export const UNITS = 50_000_000;

/** Queries and documents of a benchmark, each counted once per language; about 190 bytes of memory each. */
export const ENTRIES = 10_000_000;

/** UTF-8 bytes of an id, a document name or a source name: a B-tree key of Postgres ends at 2,704 bytes. */
export const NAME_BYTES = 1 * KiB;

/** Languages of one corpus. FLORES-200 has 204. */
export const LANGUAGES = 256;

/** What a unit carries beside its texts, as JSON, and how deep objects and arrays may lie in one another. */
export const ATTRIBUTES_BYTES = 64 * KiB;
export const ATTRIBUTES_DEPTH = 8;

/** Places named per reason in a report. */
export const EXAMPLES = 20;

/** A model's files, unpacked. The largest text encoders have 7 billion weights, 28 GB. */
export const MODEL_BYTES = 64 * GiB;

/** Entries of an archive; a model folder has some dozens, a repository with its checkpoints hundreds. */
export const ARCHIVE_ENTRIES = 10_000;
