/** What pg makes of a value before it sends it; its types leave the file out. */
declare module 'pg/lib/utils.js' {
  export function prepareValue(value: unknown): Buffer | string | null;
}
